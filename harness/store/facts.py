"""What a store says of what is in it: plain facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

PICTURES = ("insight/network.png", "insight/confusion_matrix.csv")
"""Artifacts by which the pictures of a network are known: all of them, which one training of few variants has; else
the basic ones, which every training has unless its study says otherwise. Of these reports show what there is."""


@dataclass(frozen=True)
class StudySummary:
    """A study in the store, in brief.

    Attributes:
        name: of the study.
        question: its question.
        counts: status -> number of trials.
    """

    name: str
    question: str
    counts: Mapping[str, int]

    @property
    def done(self) -> int:
        """Trainings that need not be done again: those that a pruner ended, too."""
        return self.counts.get("finished", 0) + self.counts.get("pruned", 0)


@dataclass(frozen=True)
class DeletedStudy:
    """A study that was deleted and can be restored.

    Attributes:
        name: that it has since.
        was: what it was called.
        trials: how many trainings it has.
    """

    name: str
    was: str
    trials: int


@dataclass(frozen=True)
class RecordedRun:
    """A trial's run, as it was recorded.

    Attributes:
        run_id: the store's id of it.
        experiment_id: the store's id of all of its study.
        study: the study's name in the store; that of one put aside by ``--fresh`` ends in "until" and a date.
        trial: its number within the study.
        replicate: seed index.
        variant: the variant's label.
        phase: what it was trained for, e.g. ``design``.
        status: finished, pruned, failed, killed or running.
        name: how the MLflow UI shows it, e.g. ``#7 · downsample=stride · r3``.
        artifacts: where its artifacts are, for people to read: a folder that may be missing, or an address.
        digest: the variant's digest.
        settings: dotted path -> level of every dimension that the study varies.
        error: why it failed, was killed or refused, if it was.
        weights_digest: the first 16 hex digits of the SHA-256 of the network's weights, if recorded.
    """

    run_id: str
    experiment_id: str
    study: str
    trial: int
    replicate: int
    variant: str
    phase: str
    status: str
    name: str
    artifacts: str
    digest: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    weights_digest: str | None = None

    @property
    def short(self) -> str:
        """``STUDY#NUMBER``."""
        return f"{self.study}#{self.trial}"


@dataclass(frozen=True)
class Registered:
    """A network that stands for a study from now on.

    Attributes:
        version: number of the version.
        uri: what MLflow loads it by.
        tracking_uri: where MLflow finds that.
    """

    version: int
    uri: str
    tracking_uri: str


@dataclass(frozen=True)
class Server:
    """A server of pages that show a store.

    Attributes:
        title: what it is.
        arguments: of Python, which starts it, without host and port; paths among them are absolute. None of a server
            that runs somewhere already.
        page: what to look at first, from the slash on; the whole address of one that runs already.
        secrets: variables that the process needs and nobody else is to read, as arguments would be.
    """

    title: str
    arguments: Sequence[str]
    page: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Condition:
    """Something about a store that was looked at.

    Attributes:
        state: "ok", "note" for what is worth knowing, "problem" for what must be put right.
        text: what was found, and the fix for a problem.
        mend: puts it right and says what it did; None where only the user can, or nothing need be done. May raise a
            HarnessError.
    """

    state: Literal["ok", "note", "problem"]
    text: str
    mend: Callable[[], str] | None = None


class Fault(Exception):
    """What is wrong with the record of a run."""


_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "running"}


def trial_status(status: str, pruned: str | None) -> str:
    """Return finished, pruned, failed, killed or running, from MLflow's status and the tag that says pruned."""
    return "pruned" if pruned == "true" else _STATUS.get(status, str(status).lower())
