"""Ctrl-C, taken where it does no harm."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Turns SIGINT, SIGTERM and SIGHUP into a KeyboardInterrupt at :meth:`check`, between two steps of the loop.

    Raised anywhere, it could fall between recording a result and telling Optuna, or between opening a run and noting
    that it is open. Who asks a second time gets it at once: something hangs.
    """

    def __init__(self) -> None:
        self._asked = False
        self._ignored = False

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Take the signals until the block ends; only the main thread of a process can.

        A SIGHUP that is ignored stays so: `nohup` said that the run is to outlive its terminal.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        hung_up = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        taken = [number for number in _SIGNALS if number is not signal.SIGHUP or not hung_up]
        before = {number: signal.signal(number, self._ask) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._ignored:
            return
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has come."""
        if self._asked:
            raise KeyboardInterrupt

    def ignore(self) -> None:
        """Ignore signals from now on: runs are being closed."""
        self._ignored = True
