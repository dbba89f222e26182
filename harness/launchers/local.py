"""Workers as processes of this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from harness.errors import RunError
from harness.launchers.base import About, Death, Notice, Silence, Work
from harness.launchers.patience import PATIENCE, Vitals, Watch, look_up
from harness.launchers.process import Process
from harness.launchers.resources import choose_resources, cores_of
from harness.launchers.serving import left_by
from harness.records import Event, Failed, Finished, Job, Reply

_FIXES = {
    errno.EAGAIN: "raise the limit on processes (ulimit -u), or of the container (pids)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine: close something",
    errno.ENOMEM: "close something that takes memory",
    errno.ENOENT: "set TMPDIR to a folder that can be written to",
    errno.ENOSPC: "free some of the folder for temporary files (TMPDIR)",
}
"""Number of an error -> what helps."""

_LONGEST_LOOK = 5.0
"""Seconds that count at most between two looks at workers: beyond, this process was kept from looking."""

RECYCLE_GROWTH = 400e6
"""Bytes that a worker may grow by before it is replaced: Keras leaks 9 to 16 MB for every network that it compiles."""


class LocalLauncher:
    """Runs jobs in long-lived worker processes of this machine.

    Args:
        work: what for; :func:`harness.launchers.resources.choose_resources` says how many workers that takes.
        growth: bytes that a worker may grow by after its first trial before it is replaced.
        patience: seconds without a sign of life after which a worker is ended, as :mod:`harness.launchers.patience`
            has it; 0 waits for ever.
    """

    pending = 0  # a process takes jobs from the moment it is started

    def __init__(self, work: Work, growth: float = RECYCLE_GROWTH, patience: float = PATIENCE) -> None:
        chosen = choose_resources(work.trainings, work.exclusive, work.workers, work.threads)
        self._resources = dataclasses.replace(chosen, data_folder=work.data_folder, driver=os.getpid())
        self._scratch = work.scratch
        self._growth = growth
        self._patience = patience
        self._looked = self._looked_closely = time.monotonic()
        self._cores = sorted(os.sched_getaffinity(0))
        self._workers: list[Process] = []

    @property
    def about(self) -> About:
        """What this launcher is."""
        return About("processes of this machine", self._resources.workers, self._resources.threads)

    def expect(self, trainings: int) -> None:
        """Start workers for so many trainings, as far as the machine has room.

        Raises:
            RunError: if a process cannot be started; all others are ended.
        """
        try:
            for index in range(len(self._workers), min(self._resources.workers, trainings)):
                self._workers.append(self._start(index))
        except BaseException:
            self.close()
            raise

    def _start(self, index: int) -> Process:
        cores = cores_of(index, self._resources, self._cores)
        try:
            return Process(dataclasses.replace(self._resources, cores=cores), self._scratch)
        except OSError as error:  # no more processes, descriptors, memory, room for temporary files
            reason = str(error.strerror or error).rstrip(".")
            fix = _FIXES.get(error.errno or 0, "`harness doctor` looks at this machine")
            raise RunError(
                f"worker {index + 1} of {self._resources.workers} could not be started: "
                f"{reason}. {fix[0].upper()}{fix[1:]}, or use fewer --workers."
            ) from None

    @property
    def free(self) -> int:
        """How many workers have nothing to do."""
        return sum(not worker.trials for worker in self._workers)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give a job, or a pack of jobs, to a free worker. If it has just died, :meth:`poll` will say so."""
        worker = next(worker for worker in self._workers if not worker.trials)
        worker.trials = [job.trial for job in jobs]
        worker.watch = Watch(self._patience)
        with contextlib.suppress(OSError):
            worker.connection.send(list(jobs))

    def poll(self, seconds: float) -> Sequence[Event | Notice]:
        """Wait up to ``seconds`` for events and return those that came; replace workers that died or are used up.

        Raises:
            RunError: if a process cannot be started.
        """
        events: list[Event | Notice] = [*self._look_after()]
        by_connection = {worker.connection: index for index, worker in enumerate(self._workers)}
        deadline = time.monotonic() + seconds
        while not events and (left := deadline - time.monotonic()) > 0:
            for ready in wait(list(by_connection), timeout=left):
                assert isinstance(ready, Connection)
                events += self._receive(by_connection[ready])
            by_connection = {worker.connection: index for index, worker in enumerate(self._workers)}
        return events

    def _receive(self, index: int) -> list[Event | Death]:
        worker = self._workers[index]
        try:
            event: Event = worker.connection.recv()
        except (EOFError, OSError):
            death = Death(tuple(worker.trials), worker.last_words())
            worker.close()
            self._workers[index] = self._start(index)
            return [death]
        worker.watch.heard(event)
        if isinstance(event, (Finished, Failed)):
            worker.trials.remove(event.trial)
            if not worker.trials and worker.grown() > self._growth:
                worker.close()
                self._workers[index] = self._start(index)
        return [event]

    def _look_after(self) -> Iterator[Notice]:
        """Say who has been silent for long, and end and replace who hangs."""
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, _LONGEST_LOOK), now
        closely = now - self._looked_closely >= min(10.0, self._patience / 20)
        if closely:
            self._looked_closely = now
        for index, worker in enumerate(self._workers):
            watch = worker.watch
            if not worker.trials or not self._patience:
                continue
            vitals = look_up(worker.process.pid) if closely else None
            watch.passed(passed, vitals)
            if closely and watch.is_over and not worker.connection.poll():
                yield self._end(index, vitals)
            elif closely and watch.is_late and not watch.warned:
                watch.warned = True
                yield Silence(tuple(worker.trials), f"{watch.describe(vitals)}; its worker is ended if that goes on")

    def _end(self, index: int, vitals: Vitals | None) -> Death:
        worker = self._workers[index]
        death = Death(tuple(worker.trials), f"{worker.watch.describe(vitals)}: the worker process was ended")
        worker.close()
        self._workers[index] = self._start(index)
        return death

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job."""
        for worker in self._workers:
            if trial in worker.trials:
                with contextlib.suppress(OSError):
                    worker.connection.send(reply)

    def take(self, trial: int) -> Path | None:
        """Hand over the folder of what a trial left; its worker has written it where it belongs."""
        return left_by(trial, self._scratch)

    def close(self) -> None:
        """End all workers now, whatever they do."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.close()
        self._workers = []
