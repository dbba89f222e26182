"""The agent's side of one worker: it is placed, told tasks and replies, asked for events, and may be lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import RunError
from harness.launchers.base import Cause
from harness.launchers.patience import Vitals, Watch
from harness.launchers.ray.messages import Company, Gone, Place, Quiet, Said, Taken, Task
from harness.launchers.ray.parcel import unpack
from harness.records import Failed, Finished, Job, Reply

_LONGEST_POLL = 10.0
"""Seconds that a worker keeps a question for events open."""
_GRACE = 15.0
"""Seconds beyond these, after which an answer is taken for lost, and asked for again."""
_AGAIN = 0.5
"""Seconds between two attempts to reach a worker."""
_LONGEST_LOOK = 5.0
"""Seconds that count at most between two looks: beyond, this process was kept from looking."""

_Answer = TypeVar("_Answer")


class Lost(Exception):
    """A worker is no more."""

    def __init__(self, message: str, cause: Cause) -> None:
        super().__init__(message)
        self.message, self.cause = message, cause


class Member:
    """One worker of the cluster.

    Args:
        number: what driver and agent call it.
        handle: Ray's handle of the actor.
        scratch: folder of this machine for what trainings leave.
        patience: seconds without a sign of life after which it is ended; 0 waits for ever.
        send: takes a message to the driver.
        is_alive: tells whether a node is in the cluster.

    Attributes:
        place: where it is; None until it has been placed.
        jobs: what it is training.
    """

    def __init__(
        self,
        number: int,
        handle: Any,
        scratch: Path,
        patience: float,
        send: Callable[[object], None],
        is_alive: Callable[[str], Awaitable[bool]],
    ) -> None:
        self.number, self.handle, self.scratch, self.patience = number, handle, scratch, patience
        self.send, self.is_alive = send, is_alive
        self.place: Place | None = None
        self.jobs: dict[int, Job] = {}
        self._watch = Watch(0)
        self._seen = 0
        self._first_memory: int | None = None
        self._said: deque[Task | tuple[int, Reply]] = deque()
        self._acknowledged = 0
        self._news = asyncio.Event()
        self._looked = time.monotonic()

    async def arrive(self) -> Place:
        """Wait until it has been placed, and return where.

        Raises:
            Lost: if it ended before.
        """
        place: Place = await self._reach(lambda: self.handle.greet.remote(), None)
        self.place = place
        return place

    def meet(self, company: Company) -> None:
        """Have it know who else is on its machine; if that gets lost, the next change tells it."""
        self.handle.meet.remote(company)

    def train(self, task: Task) -> None:
        """Give it jobs."""
        self.jobs = {job.trial: job for job in task.jobs}
        self._watch = Watch(self.patience)
        self._tell(task)

    def answer(self, trial: int, reply: Reply) -> None:
        """Give it the reply to an evaluation."""
        self._tell((trial, reply))

    def _tell(self, said: Task | tuple[int, Reply]) -> None:
        self._said.append(said)
        self._news.set()

    async def serve(self) -> Gone:
        """Take what is said to it and from it until it is lost, and return how."""
        talking = asyncio.ensure_future(self._talk())
        try:
            await self._listen()
        except Lost as lost:
            return Gone(self.number, f"the worker on {self._host}: {lost.message}", lost.cause)
        finally:
            talking.cancel()
        raise AssertionError("a worker is listened to until it is lost")

    @property
    def _host(self) -> str:
        return self.place.host if self.place else "the cluster"

    async def _talk(self) -> None:
        """Take tasks and replies to the worker, in order, again until it has them."""
        with contextlib.suppress(Lost):  # who listens hears of it, too
            while True:
                await self._news.wait()
                self._news.clear()
                while self._said:
                    number, batch = self._acknowledged, tuple(self._said)
                    await self._reach(lambda n=number, b=batch: self.handle.tell.remote(n, b), _GRACE)  # type: ignore[misc]
                    self._acknowledged += len(batch)
                    for _ in batch:
                        self._said.popleft()

    async def _listen(self) -> None:
        wait = min(_LONGEST_POLL, max(0.5, self.patience / 20)) if self.patience else _LONGEST_POLL
        while True:
            taken: Taken = await self._reach(lambda: self.handle.take.remote(self._seen, wait), wait + _GRACE)
            self._look(taken.vitals)
            for number, (event, packed) in enumerate(taken.events, taken.first):
                if number < self._seen:
                    continue
                self._seen = number + 1
                self._watch.heard(event)
                if packed is not None:
                    self._keep(packed, event.trial)
                if isinstance(event, (Finished, Failed)):
                    self.jobs.pop(event.trial, None)
                self.send(Said(self.number, event, self._grown(taken.memory)))

    def _keep(self, packed: bytes, trial: int) -> None:
        """Put what a trial left into its folder.

        Raises:
            RunError: if it cannot be written.
        """
        try:
            unpack(packed, self.scratch / str(trial))
        except OSError as error:
            reason = str(error.strerror or error).rstrip(".")
            raise RunError(
                f"{self.scratch}: what trial {trial} left cannot be written: {reason}. What is recorded is kept: "
                "once that is put right, the same command goes on."
            ) from None

    def _grown(self, memory: int) -> float:
        """Return by how many bytes it has grown since its first trial ended, which loaded what all trials need."""
        if self._first_memory is None and not self.jobs:
            self._first_memory = memory
        return float(memory - (self._first_memory or memory))

    def _look(self, vitals: Vitals | None) -> None:
        """Count the time since the last look, and say or end a silence that is too long.

        Raises:
            Lost: if it hangs.
        """
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, _LONGEST_LOOK), now
        if not self.jobs or not self.patience:
            return
        self._watch.passed(passed, vitals)
        said = self._watch.describe(vitals)
        if self._watch.is_over:
            raise Lost(f"{said}: it was ended", Cause.TRAINING)
        if self._watch.is_late and not self._watch.warned:
            self._watch.warned = True
            self.send(Quiet(self.number, f"{said}; its worker is ended if that goes on"))

    async def _reach(self, ask: Callable[[], Awaitable[_Answer]], seconds: float | None) -> _Answer:
        """Ask the worker, again while it cannot be reached: whatever it is asked it may be asked twice.

        Args:
            ask: makes the call.
            seconds: after which an answer is taken for lost; None waits as long as Ray does.

        Raises:
            Lost: if it has ended, or does not answer for the patience.
        """
        from ray.exceptions import ActorUnavailableError, RayActorError

        while True:
            answer = asyncio.ensure_future(_awaited(ask()))
            try:
                return await self._watched(answer, seconds)
            except (TimeoutError, ActorUnavailableError):
                await asyncio.sleep(_AGAIN)
                self._look(None)
            except RayActorError as error:
                raise await self._loss(error) from None

    async def _watched(self, answer: asyncio.Future[_Answer], seconds: float | None) -> _Answer:
        """Wait for an answer, and meanwhile look whether the silence is too long."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            done, _ = await asyncio.wait([answer], timeout=_LONGEST_LOOK / 2)
            if done:
                return answer.result()
            if deadline is not None and self.jobs:
                self._look(None)
            if deadline is not None and time.monotonic() > deadline:
                answer.cancel()
                raise TimeoutError

    async def _loss(self, error: Exception) -> Lost:
        """Tell how a worker ended: with its node, or alone."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = next((line for line in reversed(lines) if "never ran" not in line), "it ended")
        if getattr(error, "actor_init_failed", False) or "runtime_env" in said:
            return Lost(said, Cause.TRAINING)
        if getattr(error, "preempted", False) or "its node" in said or "node has died" in said:
            return Lost(said, Cause.MACHINE)
        await asyncio.sleep(_AGAIN)  # a machine that goes down takes its processes first
        lost = self.place is not None and not await self.is_alive(self.place.node)
        return Lost(said, Cause.MACHINE if lost else Cause.TRAINING)


async def _awaited(answer: Awaitable[_Answer]) -> _Answer:
    return await answer
