"""What a worker was told and has to say. Calls get lost on the way, or answers do: what comes twice counts once."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Sequence

from harness.launchers.ray.messages import Task
from harness.records import Event, Reply


class Mailbox:
    """Holds tasks and replies until the training asks for them, and events until they are acknowledged."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._replies: dict[int, queue.SimpleQueue[Reply]] = {}
        self._told = 0
        self._first, self._events = 0, deque[tuple[Event, bytes | None]]()
        self._change = threading.Condition()

    def tell(self, number: int, said: Sequence[Task | tuple[int, Reply]]) -> None:
        """Take tasks, and replies to evaluations of trials; those that came before are left out.

        Args:
            number: of the first of them, counted from 0.
            said: what was not acknowledged yet, in order.
        """
        with self._change:
            new = said[self._told - number :]
            self._told += len(new)
            for each in new:
                if isinstance(each, Task):
                    self._replies = {job.trial: queue.SimpleQueue() for job in each.jobs}
                    self._tasks.put(each)
                elif each[0] in self._replies:
                    self._replies[each[0]].put(each[1])

    def take(self, after: int, seconds: float) -> tuple[int, tuple[tuple[Event, bytes | None], ...]]:
        """Forget the events before a number, and return those from there on: as soon as there are any, or in the end.

        Args:
            after: number of the first event that is wanted, counted from 0.
            seconds: to wait at most.

        Returns:
            The number of the first event, and the events, each with what its trial left.
        """
        with self._change:
            while self._events and self._first < after:
                self._events.popleft()
                self._first += 1
            self._change.wait_for(lambda: self._events, seconds)
            return self._first, tuple(self._events)

    def put(self, event: Event, left: bytes | None = None) -> None:
        """Keep an event for whoever takes it, with what its trial left."""
        with self._change:
            self._events.append((event, left))
            self._change.notify_all()

    def task(self) -> Task:
        """Wait for a task."""
        return self._tasks.get()

    def hear(self, trial: int) -> Reply:
        """Wait for the reply to an evaluation of a trial of the latest task."""
        return self._replies[trial].get()
