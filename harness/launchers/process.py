"""Processes of this machine that a launcher starts, their pipes, and how they ended; workers among them."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import IO

from harness.launchers.patience import Watch
from harness.machine.load import WORKER_MODULE
from harness.records import Resources
from harness.surroundings import PYTHON_OPTIONS, child_environment

_PR_SET_PDEATHSIG = 1

_END_SECONDS = 10.0
"""Seconds to wait for a process that was ended."""


class Child:
    """A process of this machine that is talked to through a pipe: ``python -m MODULE FILE_DESCRIPTOR``.

    Args:
        module: what it runs; it ends when the pipe does.
        environment: its variables.
        first: the first thing that is sent to it.

    Raises:
        OSError: if it cannot be started.
    """

    name = "process"

    def __init__(self, module: str, environment: Mapping[str, str], first: object) -> None:
        with contextlib.ExitStack() as stack:
            self.connection, theirs = Pipe()
            stack.callback(self.connection.close)
            with theirs:
                self.errors: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
                self.process = subprocess.Popen(
                    [sys.executable, *PYTHON_OPTIONS, "-m", module, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=self.errors,
                    stderr=self.errors,
                    env=environment,
                )
            stack.pop_all()  # closed by close()
        with contextlib.suppress(OSError):  # it has ended already; whoever hears it will say so
            self.connection.send(first)

    def last_words(self) -> str:
        """Return how the process ended and, if it ended by itself, the last line it wrote."""
        try:
            code = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:  # it closed its pipe and goes on
            self.process.kill()
            return f"the {self.name} no longer answers"
        if code == -signal.SIGKILL:
            return f"the {self.name} was killed by SIGKILL (out of memory?)"
        how = f"ended with exit code {code}" if code >= 0 else f"was killed by {_signal_name(-code)}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return f"the {self.name} {how}" + (f": {lines[-1]}" if lines else "")

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


class Process(Child):
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

    name = "worker process"

    def __init__(self, resources: Resources, scratch: Path) -> None:
        super().__init__(WORKER_MODULE, child_environment(resources.threads), (resources, scratch))
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


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def belong_to_the_driver() -> None:
    """Leave Ctrl-C and a terminal that closes to the driver, and have Linux end this process when the driver ends."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
