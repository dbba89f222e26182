"""How people name a run, and what is said where a name is none, or of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import UsageError

FORMS = "Name a run by STUDY#NUMBER (e.g. quickstart#7), by its id or the first 4 or more digits of it, or by its name."
RUN_ID = re.compile(r"[0-9a-f]{4,32}", re.IGNORECASE)
"""A run's id, or the beginning of one."""

_SHOWN = 6
"""How many candidates an error names."""


@dataclass(frozen=True)
class Candidate:
    """A run that matches; `kind` is trial, study or empty for a run that is not from here."""

    run_id: str
    name: str
    study: str
    kind: str
    trial: str | None


def study_and_number(text: str) -> tuple[str, str] | None:
    """Return the study and the number that ``STUDY#NUMBER`` names; None if a text is none."""
    study, mark, number = text.rpartition("#")
    return (study, str(int(number))) if mark and number.isascii() and number.isdigit() else None


def only_trial(text: str, found: Sequence[Candidate]) -> Candidate:
    """Return the one trial among the runs that match a text.

    Args:
        text: what a user called it.
        found: at least one; a trial among them.

    Raises:
        UsageError: if there are several trials.
    """
    trials = [candidate for candidate in found if candidate.kind == "trial"]
    if len(trials) > 1:
        shown = [f"{one.study}#{one.trial} ({one.run_id[:8]})" for one in trials[:_SHOWN]]
        more = f" and {len(trials) - _SHOWN} more" if len(trials) > _SHOWN else ""
        raise UsageError(f"{text}: {len(trials)} runs match: {', '.join(shown)}{more}. Name one of them like that.")
    return trials[0]


def no_trial(text: str, candidate: Candidate, trials: Sequence[Candidate]) -> UsageError:
    """Return the error for a run that is no trial's.

    Args:
        text: what a user called it.
        candidate: the run.
        trials: those of its study, if it is a study's own.
    """
    if candidate.kind == "study":
        return UsageError(f"{text}: is the run of the study {candidate.study!r} itself, no trial. {example(trials)}")
    return UsageError(f"{text}: is a run that harness did not make, so not a trial. {FORMS}")


def example(trials: Sequence[Candidate]) -> str:
    """Say which trials a study has."""
    numbers = sorted(int(one.trial) for one in trials if one.trial and one.trial.isdecimal())
    if not numbers:
        return "It has no trials yet."
    study = trials[0].study
    if len(numbers) == 1:
        return f"Its trial is {study}#{numbers[0]}."
    return f"Its trials are {study}#{numbers[0]} to {study}#{numbers[-1]}."
