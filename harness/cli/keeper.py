"""A process between a command and the server that it started: it ends the server when the command ends, however.

Run as a file, ``python keeper.py COMMAND ...``, with a pipe for standard input whose other end the command alone holds:
the pipe ends when the command does, after a SIGKILL too. The server and whatever it starts are a process group of their
own, so that none of them is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

_PATIENCE = 3.0
"""Seconds that a server may take to end."""


def main(command: list[str]) -> int:
    """Run a server until it ends, or this process is told to end, or its standard input does."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # Ctrl-C and a terminal that closes are for the command, whose end is seen here
        signal.signal(number, (lambda *_: over.set()) if number is signal.SIGTERM else _pass_over)
    # its own session is its own group, and gets no signals of the terminal
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    waits: tuple[Callable[[], object], ...] = (lambda: os.read(0, 1), server.wait)
    for wait in waits:
        threading.Thread(target=_then, args=(wait, over), daemon=True).start()
    while not over.wait(1.0):  # so that a signal is handled: a wait without end is not interrupted
        pass
    _end_group(server.pid)
    code = server.wait()
    return code if code >= 0 else 128 - code


def _end_group(group: int) -> None:
    """Ask all processes of a group to end, and end those that have not after a while."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)


def _pass_over(number: int, frame: FrameType | None) -> None:
    """Do nothing; ignored, the signals would be ignored by the server too."""


def _then(wait: Callable[[], object], over: threading.Event) -> None:
    wait()
    over.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
