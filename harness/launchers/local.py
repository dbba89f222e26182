"""Workers as processes of this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import IO

from harness.errors import UsageError
from harness.launchers.base import Death
from harness.launchers.resources import cores_of
from harness.records import Event, Failed, Finished, Job, Reply, Resources

RECYCLE_GROWTH = 400e6
"""Bytes that a worker may grow by before it is replaced: Keras leaks 9 to 16 MB for every network that it compiles."""


class _Process:
    """One worker process, its pipe and what it is doing."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.connection, theirs = Pipe()
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": str(resources.threads),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness.launchers.local_worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=self.errors,
            env=environment,
        )
        theirs.close()
        self.connection.send(resources)
        self.trials: list[int] = []
        self.first_bytes: int | None = None

    def grown(self) -> float:
        """Return by how many bytes it has grown since its first trial ended, which loaded what all trials need."""
        import psutil

        try:
            now = int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:  # it has just died; poll will say so
            return 0.0
        if self.first_bytes is None:
            self.first_bytes = now
        return float(now - self.first_bytes)

    def last_words(self) -> str:
        """Return how the process ended and, if it ended by itself, the last line it wrote."""
        code = self.process.wait()
        if code < 0:
            hint = " (out of memory?)" if code == -signal.SIGKILL else ""
            return f"the worker process was killed by {signal.Signals(-code).name}{hint}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return f"the worker process ended with exit code {code}" + (f": {lines[-1]}" if lines else "")

    def close(self) -> None:
        """End the process now."""
        with contextlib.suppress(OSError):
            self.connection.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.errors.close()


class LocalLauncher:
    """Runs jobs in long-lived worker processes of this machine.

    Args:
        resources: how many workers, and the threads of each.
        jobs: how many jobs there are; no more workers than that are started.
        growth: bytes that a worker may grow by after its first trial before it is replaced.
    """

    def __init__(self, resources: Resources, jobs: int | None = None, growth: float = RECYCLE_GROWTH) -> None:
        self._resources = resources
        self._growth = growth
        self._cores = sorted(os.sched_getaffinity(0))
        count = resources.workers if jobs is None else min(resources.workers, jobs)
        self._workers = [self._start(index) for index in range(count)]

    def _start(self, index: int) -> _Process:
        cores = cores_of(index, self._resources, self._cores)
        return _Process(dataclasses.replace(self._resources, cores=cores))

    @property
    def free(self) -> int:
        """How many workers have nothing to do."""
        return sum(not worker.trials for worker in self._workers)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give a job, or a pack of jobs, to a free worker. If it has just died, :meth:`poll` will say so."""
        worker = next(worker for worker in self._workers if not worker.trials)
        worker.trials = [job.trial for job in jobs]
        with contextlib.suppress(OSError):
            worker.connection.send(list(jobs))

    def poll(self, seconds: float) -> Sequence[Event | Death]:
        """Wait up to ``seconds`` for events and return those that came; replace workers that died or are used up."""
        events: list[Event | Death] = []
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
        if isinstance(event, (Finished, Failed)):
            worker.trials.remove(event.trial)
            if not worker.trials and worker.grown() > self._growth:
                worker.close()
                self._workers[index] = self._start(index)
        return [event]

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job."""
        for worker in self._workers:
            if trial in worker.trials:
                with contextlib.suppress(OSError):
                    worker.connection.send(reply)

    def close(self) -> None:
        """End all workers now, whatever they do."""
        for worker in self._workers:
            worker.close()
        self._workers = []


def staging_folder(store: Path, study: str, trial: int) -> Path:
    """Return where a worker leaves a trial's artifacts for the driver to take into the store.

    Raises:
        UsageError: if a link leads out of the store: what is left there is removed.
    """
    root = store.resolve()
    folder = root / "staging" / study / str(trial)
    if not folder.resolve().is_relative_to(root):
        raise UsageError(f"{folder}: leads out of the store by a link. harness follows none: remove the link.")
    return folder
