"""What a launcher does, wherever its workers are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.records import Event, Job, Reply


@dataclass(frozen=True)
class Death:
    """A worker ended without being told to.

    Attributes:
        trials: what it was training; empty if it died before it took a job.
        message: how it ended, and the last it said.
    """

    trials: tuple[int, ...]
    message: str


@dataclass(frozen=True)
class Silence:
    """A worker has shown no sign of life for long; it is ended if it goes on so.

    Attributes:
        trials: what it is training.
        message: for how long, and what will be.
    """

    trials: tuple[int, ...]
    message: str


Notice = Death | Silence
"""What a launcher says of a worker, beside the events that the worker sends."""


class Launcher(Protocol):
    """Places workers, moves jobs and events, notices death."""

    @property
    def free(self) -> int:
        """How many workers have nothing to do."""
        ...

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give a job, or a pack of jobs to be trained side by side, to a free worker."""
        ...

    def poll(self, seconds: float) -> Sequence[Event | Notice]:
        """Wait up to ``seconds`` for events and return those that came."""
        ...

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job."""
        ...

    def close(self) -> None:
        """End all workers now, whatever they do."""
        ...
