"""What a launcher does, wherever its workers are. `tests/launchers/contract.py` holds every launcher to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from harness.records import Event, Job, Reply


@dataclass(frozen=True)
class Work:
    """What a launcher is started for.

    Attributes:
        trainings: of the whole study, those included that are done: a study that is continued is trained as it began,
            so that its seconds can be compared.
        scratch: folder of this machine for what trainings leave, a folder for each trial. It may not be there yet.
        exclusive: train one at a time, with all there is.
        workers: trainings side by side, if the user says; else the launcher does.
        threads: of each, if the user says.
        data_folder: where a worker looks first for image files, on its own machine.
    """

    trainings: int
    scratch: Path
    exclusive: bool = False
    workers: int | None = None
    threads: int | None = None
    data_folder: Path | None = None


@dataclass(frozen=True)
class About:
    """What a launcher is.

    Attributes:
        kind: where its workers are, in words.
        workers: trainings side by side, at most.
        threads: of each; None for what the compute library takes.
        here: whether all of them are on this machine.
    """

    kind: str
    workers: int
    threads: int | None
    here: bool = True


class Cause(StrEnum):
    """Why a worker may have died."""

    TRAINING = "training"  # it crashed, was killed or hung: what it trained may be to blame
    MACHINE = "machine"  # the machine that it ran on was lost or taken away


@dataclass(frozen=True)
class Death:
    """A worker ended without being told to.

    Attributes:
        trials: what it was training; empty if it died before it took a job.
        message: how it ended, and the last it said.
        cause: whether what it trained may be to blame.
    """

    trials: tuple[int, ...]
    message: str
    cause: Cause = Cause.TRAINING


@dataclass(frozen=True)
class Silence:
    """A worker has shown no sign of life for long, and is ended if it goes on so; or there has been none for long.

    Attributes:
        trials: what it is training; empty where there is no worker.
        message: for how long, and what will be.
    """

    trials: tuple[int, ...]
    message: str


@dataclass(frozen=True)
class Joined:
    """A worker that was pending is there, and can take a job.

    Attributes:
        message: where it is.
    """

    message: str


Notice = Death | Silence | Joined
"""What a launcher says of a worker, beside the events that the worker sends."""


class Launcher(Protocol):
    """Places workers, takes jobs to them, and brings back events and files; notices death."""

    @property
    def about(self) -> About:
        """What this launcher is; its capacity may change."""
        ...

    @property
    def free(self) -> int:
        """How many workers are there and have nothing to do; may grow and shrink. Never waits."""
        ...

    @property
    def pending(self) -> int:
        """How many workers are asked for and not there yet."""
        ...

    def expect(self, trainings: int) -> None:
        """Have workers placed for about so many trainings, the sooner the better: they have libraries to import.

        Raises:
            RunError: if a worker cannot be started.
        """
        ...

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give a job, or a pack of jobs to be trained side by side, to a free worker."""
        ...

    def poll(self, seconds: float) -> Sequence[Event | Notice]:
        """Wait up to ``seconds`` for events and return those that came.

        Raises:
            RunError: if no worker can be placed any more.
        """
        ...

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job: every one wants an answer."""
        ...

    def take(self, trial: int) -> Path | None:
        """Hand over the folder, on this machine, of what a trial left once it has ended; None if it left nothing.

        It is the caller's to move or to remove.
        """
        ...

    def close(self) -> None:
        """End all workers now, whatever they do."""
        ...


Launch = Callable[[Work], Launcher]
"""Makes a launcher: quickly, without placing a worker."""
