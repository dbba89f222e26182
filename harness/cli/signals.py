"""Ctrl-C, SIGTERM and SIGHUP: each ends a command as Ctrl-C does; none is lost, and none shows a traceback."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_heard = False


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Turn the signals into a KeyboardInterrupt until the block ends; from then on they end the process at once.

    What is ignored stays so: `nohup`, and shells for what they run in the background, say so on purpose.
    """
    global _heard
    _heard = False
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in _NUMBERS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, _leave)  # Python's own would show where it was while it ended


def check() -> None:
    """Raise KeyboardInterrupt if a signal has come before: a library may have swallowed it while it was imported."""
    if _heard:
        raise KeyboardInterrupt


def heard() -> bool:
    """Whether a signal has come."""
    return _heard


def forget() -> None:
    """Take it that a signal has been answered."""
    global _heard
    _heard = False


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    global _heard
    _heard = True
    sys.unraisablehook = _say_no_interrupts
    raise KeyboardInterrupt


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    os._exit(130)


def _say_no_interrupts(unraisable: Any) -> None:
    """Show what a destructor raised, unless that is the signal itself."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
