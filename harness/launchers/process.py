"""A worker as a process of this machine, its pipe, and how it ended."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import IO

from harness.launchers.patience import Watch
from harness.machine.load import WORKER_MODULE
from harness.records import Resources
from harness.surroundings import PYTHON_OPTIONS, child_environment

_END_SECONDS = 10.0
"""Seconds to wait for a process that was ended."""


class Process:
    """One worker process and what it is doing.

    Args:
        resources: what it may use.
        scratch: folder for what its trainings leave.

    Attributes:
        trials: what it is training.
        watch: whether that goes on.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(self, resources: Resources, scratch: Path) -> None:
        with contextlib.ExitStack() as stack:
            self.connection, theirs = Pipe()
            stack.callback(self.connection.close)
            with theirs:
                self.errors: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
                self.process = subprocess.Popen(
                    [sys.executable, *PYTHON_OPTIONS, "-m", WORKER_MODULE, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=self.errors,
                    stderr=self.errors,
                    env=child_environment(resources.threads),
                )
            stack.pop_all()  # closed by close()
        with contextlib.suppress(OSError):  # it has ended already; poll will say so
            self.connection.send((resources, scratch))
        self.trials: list[int] = []
        self.watch = Watch(0)
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
        try:
            code = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:  # it closed its pipe and goes on
            self.process.kill()
            return "the worker process no longer answers"
        if code == -signal.SIGKILL:
            return "the worker process was killed by SIGKILL (out of memory?)"
        how = f"ended with exit code {code}" if code >= 0 else f"was killed by {_signal_name(-code)}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return f"the worker process {how}" + (f": {lines[-1]}" if lines else "")

    def kill(self) -> None:
        """End the process, without waiting for that."""
        with contextlib.suppress(OSError):
            self.connection.close()
        if self.process.poll() is None:
            self.process.kill()

    def close(self) -> None:
        """End the process now."""
        self.kill()
        # one that waits for a file system that does not answer ends when that does: nobody waits for it here
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
        self.errors.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
