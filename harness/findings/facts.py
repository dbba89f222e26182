"""What all findings of a report start from, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from harness.findings.answer.levels import words_of
from harness.findings.answer.phrases import Words
from harness.findings.contrasts import judged, with_what_happened
from harness.findings.groups import Group, group_trials, reference_title, withheld_seconds
from harness.findings.rows import Row, in_order, make_row
from harness.judging import Judged
from harness.records import Asked, asked_by, asked_since
from harness.study import SeedSpec, Study
from harness.trials import LeftOut, left_out_of, sift, stored_asked, tidy_history, tidy_trials


@dataclass(frozen=True)
class Facts:
    """A study and what its trials measured.

    Attributes:
        study: what was asked.
        trials: a row a trial, tidy.
        history: a row an evaluation, tidy.
        groups: the trials of each variant, the reference first.
        rows: what each variant measured and how it compares with the reference, in the order in which they are shown.
        left_out: what was left out of the trials, because no training can have measured it.
        asked: what was asked of the study so far, in order; the last is what the report is made for.
        judged: what is said of each variant and of each factor, judged together.
    """

    study: Study
    trials: pd.DataFrame
    history: pd.DataFrame
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    asked: tuple[Asked, ...]
    judged: Judged

    @property
    def target(self) -> str:
        """The target in words; empty without one."""
        return self.study.target.in_words if self.study.target else ""

    @cached_property
    def words(self) -> Mapping[str, Words]:
        """Label of a variant -> how people say it."""
        return words_of(self.rows)

    @cached_property
    def by_digest(self) -> Mapping[str, Group]:
        """Digest of a variant -> its trials."""
        return {group.digest: group for group in self.groups}


def facts_of(study: Study, trials: pd.DataFrame, history: pd.DataFrame) -> Facts:
    """Group the trials by variant, measure each, and compare it with the reference.

    Args:
        study: what was asked.
        trials: a row a trial, with the columns of :data:`harness.trials.TRIALS` and one for each varied dotted path;
            columns that are not needed count as empty where they are missing. Its ``attrs["study"]`` says what
            was asked before; without it that is unknown.
        history: a row an evaluation, with the columns of :data:`harness.trials.HISTORY`.

    Raises:
        DataError: if a column that is needed is missing, or what was asked cannot be read.
    """
    before, known = left_out_of(trials), _asked_before(study, trials.attrs.get("study"))
    trials, history, said = sift(trials, history, study.design.dimensions)
    left_out = dict.fromkeys([*before, *said])
    trials, history = tidy_trials(study, trials), tidy_history(history)
    asked = asked_since(known, study, lambda: int((trials["status"] == "finished").sum()))
    groups = group_trials(study, trials)
    base = groups[0]
    title = reference_title(base)
    rows = [
        make_row(study, group, group.label if group is not base else title, withheld_seconds(group, base))
        for group in groups
    ]
    # which seeds are drawn anew makes no network better: an audit of seeds is about spread
    together = Judged({}) if is_audit(study) else judged(study, rows, groups, asked)
    told = with_what_happened(together.contrasts, groups)
    shown = in_order(study, [replace(row, contrasts=told.get(row.digest, ())) for row in rows])
    return Facts(study, trials, history, tuple(groups), tuple(shown), tuple(left_out), asked, together)


def _asked_before(study: Study, kept: object) -> tuple[Asked, ...]:
    """Return what was asked until the trials were read, from what was kept of their study."""
    if not isinstance(kept, Mapping):
        return ()
    if "asked" not in kept and kept.get("given") == study.given:  # the same study need not be made again
        return (asked_by(study),)
    return stored_asked(kept, f"the record of the study {study.name!r}")


def is_audit(study: Study) -> bool:
    """Whether the study varies seeds, so that it asks for spread, and not which variant is better."""
    return any(path.startswith("seeds.") for path in study.design.dimensions) or study.seeds != SeedSpec()
