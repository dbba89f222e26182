"""What a run tells those who watch it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from harness.driver.allowance import Stopped
from harness.launchers import Notice
from harness.notebook import facts_table
from harness.records import Asked, Evaluated, Event
from harness.study import Study

if TYPE_CHECKING:
    from harness.plan import Assignment


@dataclass
class Running:
    """A trial in flight, as a progress display needs it.

    Attributes:
        assignment: what is trained.
        run_id: its MLflow run.
        began: when it was handed out, by `time.monotonic`.
        max_steps: steps at most, once the worker has said.
        last: its latest evaluation.
        trained: its training is over, and what it learned is looked at.
    """

    assignment: Assignment
    run_id: str
    began: float
    max_steps: int = 0
    last: Evaluated | None = None
    trained: bool = False


@dataclass
class Progress:
    """Where a run stands. Given to observers after every change.

    Attributes:
        workers: how many workers there are.
        done: trainings that count, earlier ones included.
        remaining: trainings still to come, running ones included.
        running: trial number -> what is in flight.
        failed: messages of trials that failed in this run.
        finished_here: trainings that this run finished.
        began: when the run began, by `time.monotonic`.
        first_start: when its first training did; None before.
        allowed: seconds that its budget leaves; infinite without one.
        asked: what was asked of the study so far, in order; the last is what it asks now.
    """

    workers: int = 0
    done: int = 0
    remaining: int = 0
    running: dict[int, Running] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    finished_here: int = 0
    began: float = field(default_factory=time.monotonic)
    first_start: float | None = None
    allowed: float = math.inf
    asked: tuple[Asked, ...] = ()

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the trainings finished so far and the progress of those in flight; None before there is any."""
        if self.first_start is None:
            return None
        parts = [r.last.step / r.max_steps for r in self.running.values() if r.last and r.max_steps]
        done = self.finished_here + sum(parts)
        if done < 0.05:
            return None
        left = self.remaining - sum(parts)
        return left * (time.monotonic() - self.first_start) / done


class Observer(Protocol):
    """Sees what happens: a live table, or lines of text."""

    def __call__(self, progress: Progress, event: Event | Notice | None) -> None:
        """Take note of the state after an event; the event is None for a regular tick."""
        ...


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        study: the study.
        finished: trainings that count, earlier ones included.
        finished_here: trainings that this run did.
        failed: trial number -> message of those that failed now.
        interrupted: whether it was stopped from outside.
        aside: the name that earlier results were put under; None unless the run began anew.
        stopped: why the budget ended it before all was trained; None if it did not.
        cut_off: trainings that were under way when it ended, and will be done again.
    """

    study: Study
    finished: int
    finished_here: int
    failed: dict[int, str]
    interrupted: bool = False
    aside: str | None = None
    stopped: Stopped | None = None
    cut_off: int = 0

    def __repr__(self) -> str:
        return f"<Outcome {self.study.name}: {', '.join(self._counts())}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        pairs = [
            ("study", self.study.name),
            ("trainings", ", ".join(self._counts())),
            ("kept aside as", self.aside or ""),
            ("ended by its budget", self.stopped.why if self.stopped else ""),
            *((f"trial {trial} failed", message) for trial, message in self.failed.items()),
        ]
        return facts_table(pairs)

    def _counts(self) -> list[str]:
        counts = [f"{self.finished:,} finished", f"{self.finished_here:,} of them now"]
        counts += [f"{len(self.failed):,} failed"] if self.failed else []
        counts += ["ended by its budget"] if self.stopped else []
        return [*counts, "interrupted"] if self.interrupted else counts


def unobserved(progress: Progress, event: Event | Notice | None) -> None:
    """Take no note."""
