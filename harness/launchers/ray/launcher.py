"""Workers as actors of a Ray cluster: the driver's side."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import RunError, UsageError
from harness.launchers.base import About, Cause, Death, Joined, Notice, Silence, Work
from harness.launchers.local import RECYCLE_GROWTH
from harness.launchers.patience import PATIENCE
from harness.launchers.process import Child
from harness.launchers.ray import messages as say
from harness.launchers.ray.connection import AGAIN_SECONDS, CONNECT_SECONDS, NO_ANSWER, start_agent
from harness.launchers.ray.messages import Begin, Cluster
from harness.launchers.serving import left_by
from harness.records import Event, Failed, Finished, Job, Reply


class RayLauncher:
    """Runs jobs in actors of a Ray cluster, one worker each.

    A process of its own (:mod:`harness.launchers.ray.agent`) is connected to the cluster: it ends when the cluster's
    head is lost, and another one then waits for the head to come back.

    Args:
        work: what for. Without a number of workers there are as many as the cluster has room for.
        cluster: which workers, and of which cluster.
        patience: seconds without a sign of life after which a worker is ended, as :mod:`harness.launchers.patience`
            has it, and for which a cluster that was lost is waited for; 0 waits for ever.
        growth: bytes that a worker may grow by after its first trial before it is replaced.

    Raises:
        UsageError: if Ray is not installed.
    """

    def __init__(
        self,
        work: Work,
        cluster: Cluster | None = None,
        patience: float = PATIENCE,
        growth: float = RECYCLE_GROWTH,
    ) -> None:
        if importlib.util.find_spec("ray") is None:
            raise UsageError("--launcher ray needs Ray, which is not installed. Install the extra `ray`.")
        self._work, self._cluster, self._patience, self._growth = work, cluster or Cluster(), patience, growth
        self._agent: Child | None = None
        self._trainings = 0
        self._threads = work.threads
        self._room = work.workers or 1
        self._pending = 0
        self._workers: dict[int, list[int]] = {}
        self._lost_at: float | None = None
        self._start_at = 0.0

    @property
    def about(self) -> About:
        """What this launcher is; its workers come and go with the cluster's nodes."""
        workers = max(self._room, len(self._workers) + self.pending)
        return About(f"workers of the Ray cluster at {self._cluster.address}", workers, self._threads, here=False)

    @property
    def free(self) -> int:
        """How many workers are there and have nothing to do."""
        return sum(not trials for trials in self._workers.values())

    @property
    def pending(self) -> int:
        """How many workers are asked for and not there yet: with none there at least one, or a lost cluster."""
        waited_for = self._lost_at is not None or (self._agent is not None and not self._workers)
        return max(1, self._pending) if waited_for else self._pending

    def expect(self, trainings: int) -> None:
        """Connect to the cluster, and ask it for workers.

        Raises:
            UsageError: if there is no cluster, or none that can be used.
            RunError: if this machine cannot start the process that connects.
        """
        if self._agent is None and trainings:
            self._connect(trainings, survey=False)

    def survey(self) -> About:
        """Connect to the cluster, look what it has room for, and leave it again; no worker is asked for.

        Raises:
            UsageError: as :meth:`expect`.
            RunError: as :meth:`expect`.
        """
        self._connect(self._work.trainings, survey=True)
        about = self.about
        self.close()
        return dataclasses.replace(about, workers=self._room)

    def _connect(self, trainings: int, survey: bool) -> None:
        self._trainings = trainings
        try:
            self._start(survey)
            assert self._agent is not None
            while True:
                if not self._agent.connection.poll(CONNECT_SECONDS):
                    raise UsageError(f"--address {self._cluster.address}: {NO_ANSWER}")
                message = self._agent.connection.recv()
                list(self._take(message))
                if isinstance(message, say.Connected):
                    return
        except EOFError:
            raise RunError(self._ended()) from None
        except BaseException:
            self.close()
            raise

    def _start(self, survey: bool = False) -> None:
        work = self._work
        begin = Begin(
            cluster=self._cluster,
            trainings=self._trainings,
            workers=work.workers,
            threads=work.threads,
            exclusive=work.exclusive,
            patience=self._patience,
            scratch=work.scratch.absolute(),
            data_folder=work.data_folder.absolute() if work.data_folder else None,
            driver=os.getpid(),
            survey=survey,
        )
        self._agent = start_agent(begin)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give a job, or a pack of jobs, to a free worker. If it is lost meanwhile, :meth:`poll` will say so."""
        worker = next(worker for worker, trials in self._workers.items() if not trials)
        self._workers[worker] = [job.trial for job in jobs]
        self._tell(say.Train(worker, tuple(jobs)))

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job."""
        for worker, trials in self._workers.items():
            if trial in trials:
                self._tell(say.Answer(worker, trial, reply))

    def _tell(self, message: object) -> None:
        if self._agent is not None:
            with contextlib.suppress(OSError):
                self._agent.connection.send(message)

    def poll(self, seconds: float) -> Sequence[Event | Notice]:
        """Wait up to ``seconds`` for events and return those that came.

        Raises:
            RunError: if no worker can be placed any more, or a lost cluster does not come back for the patience.
            UsageError: if a node has other versions of what results depend on.
        """
        found: list[Event | Notice] = []
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            if self._agent is None:
                if self._lost_at is not None and time.monotonic() >= self._start_at:
                    self._start()
                    continue
                time.sleep(min(left, 0.1))
            else:
                try:
                    while self._agent.connection.poll(0.0 if found else left):
                        found += self._take(self._agent.connection.recv())
                        if self._agent is None:
                            break
                except (EOFError, OSError):
                    found += self._lose(self._ended())
                if self._lost_at is not None and time.monotonic() > self._start_at + CONNECT_SECONDS:
                    found += self._lose(NO_ANSWER)
            if found or time.monotonic() >= deadline:
                return found

    def _take(self, message: object) -> Iterator[Event | Notice]:
        match message:
            case say.Connected():
                self._threads, self._room, self._lost_at = message.threads, message.room, None
                self._pending = max(1, self._pending)  # until the agent tells how many it has asked for
            case say.Room():
                self._room, self._pending = message.room, message.pending
            case say.Waiting():
                yield Silence((), message.message)
            case say.Here():
                self._workers[message.worker] = []
                self._pending = max(0, self._pending - 1)
                yield Joined(message.message)
            case say.Said():
                yield from self._take_event(message)
            case say.Quiet():
                yield Silence(tuple(self._workers.get(message.worker, ())), message.message)
            case say.Gone():
                yield Death(tuple(self._workers.pop(message.worker, ())), message.message, message.cause)
            case say.Refused():
                if self._lost_at is None:
                    raise message.error
                yield from self._lose(str(message.error))

    def _take_event(self, said: say.Said) -> Iterator[Event]:
        trials = self._workers.get(said.worker, [])
        if said.event.trial not in trials:
            return
        yield said.event
        if isinstance(said.event, (Finished, Failed)):
            trials.remove(said.event.trial)
            if not trials and said.grown > self._growth:
                del self._workers[said.worker]
                self._pending += 1
                self._tell(say.Retire(said.worker))

    def _lose(self, message: str) -> Iterator[Death]:
        """Note that the cluster is lost: its workers are; another agent will look for it in a while.

        Raises:
            RunError: if it has been lost for too long.
        """
        if self._agent is not None:
            self._agent.close()
            self._agent = None
        now = time.monotonic()
        self._lost_at = self._lost_at or now
        self._start_at = now + AGAIN_SECONDS
        if self._patience and now - self._lost_at > self._patience:
            raise RunError(
                f"the Ray cluster was lost, and did not come back for {self._patience:.0f} s: {message} What is "
                "recorded is kept: once there is a cluster again, the same command goes on."
            )
        lost, self._workers, self._pending = list(self._workers.values()), {}, 0
        for trials in lost:
            yield Death(tuple(trials), f"the Ray cluster was lost: {message}", Cause.MACHINE)

    def _ended(self) -> str:
        """Say how the agent ended."""
        assert self._agent is not None
        return f"{self._agent.last_words().rstrip('.')}."

    def take(self, trial: int) -> Path | None:
        """Hand over the folder of what a trial left; the agent has put it where it belongs."""
        return left_by(trial, self._work.scratch)

    def close(self) -> None:
        """End all workers now, whatever they do: Ray ends them when the agent ends."""
        if self._agent is not None:
            self._agent.close()
        self._agent, self._lost_at, self._workers, self._pending = None, None, {}, 0
