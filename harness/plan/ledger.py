"""What has become of a study's trainings so far: all that a policy decides by."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.plan.trials import Assignment, FinishedTrial, Key, Training
from harness.study import Phase


@dataclass
class Ledger:
    """Finished, running and queued trainings of a study.

    Attributes:
        finished: trial -> what it was and what came of it, those of earlier runs included.
        running: trial -> what is being trained.
        queue: what is to be trained next, in this order.
        given_up: what failed in this run: it is not tried again before the next.
        spent: trainings of a search that are over, and networks that it suggested in vain.
        search_ended: whether the search is to go no further in this run.
    """

    finished: dict[int, FinishedTrial] = field(default_factory=dict)
    running: dict[int, Assignment] = field(default_factory=dict)
    queue: deque[Training] = field(default_factory=deque)
    given_up: list[Training] = field(default_factory=list)
    spent: int = 0
    search_ended: bool = False

    def begun(self) -> list[Training]:
        """Return all trainings that were ever queued or sampled: finished, running, queued and given up."""
        finished = [one.training for one in self.finished.values()]
        return [*finished, *(one.training for one in self.running.values()), *self.queue, *self.given_up]

    def known(self) -> set[Key]:
        """Return the keys of all trainings that are not to be queued again; of finished ones, as they were recorded."""
        under_way = [one.training for one in self.running.values()]
        finished = {one.key for one in self.finished.values()}
        return finished | {training.key for training in (*under_way, *self.queue, *self.given_up)}

    def enqueue(self, wanted: Iterable[Training]) -> None:
        """Queue what is not known yet, in order."""
        if not (wanted := list(wanted)):
            return
        known = self.known()
        for training in wanted:
            if training.key not in known:
                known.add(training.key)
                self.queue.append(training)

    def take(self, program: str | None = None) -> Training | None:
        """Take the first training off the queue, or the first of this :attr:`harness.study.Variant.program`."""
        fitting = (one for one in self.queue if program is None or one.variant.program == program)
        found = next(fitting, None)
        if found is not None:
            self.queue.remove(found)
        return found

    def drop(self, key: Key) -> None:
        """Take a training off the queue, if it is there."""
        self.queue = deque(training for training in self.queue if training.key != key)

    def end_search(self) -> None:
        """Let the search go no further: of what is queued, its trainings are left out."""
        self.search_ended = True
        self.queue = deque(training for training in self.queue if training.phase is not Phase.SEARCH)

    @property
    def searching(self) -> int:
        """Trainings of a search that are running or queued."""
        under_way = sum(assignment.phase is Phase.SEARCH for assignment in self.running.values())
        return under_way + sum(training.phase is Phase.SEARCH for training in self.queue)
