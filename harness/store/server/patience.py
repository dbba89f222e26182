"""Waiting for servers that are away: what a run has to say to them is said when they are back, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import RunError

T = TypeVar("T")

_FIRST, _LONGEST = 0.25, 5.0
"""Seconds between two tries: at first, and after many."""

_log = logging.getLogger("harness.store")


class Patience:
    """How long to wait for servers, for all of a run together.

    Who was interrupted while waiting, or has waited in vain, waits for nothing any more: what is to be closed then is
    tried once.

    Args:
        seconds: to wait at most each time that a server is away.

    Attributes:
        over: whether nothing is waited for any more.
    """

    def __init__(self, seconds: float) -> None:
        self.begin(seconds)

    def begin(self, seconds: float) -> None:
        """Wait for so long from now on."""
        self.seconds = seconds
        self.over = seconds <= 0
        self._in_vain: str | None = None

    def insist(
        self,
        who: str,
        call: Callable[[], T],
        is_away: Callable[[Exception], bool],
        again: Callable[[], T] | None = None,
    ) -> T:
        """Call; as long as the server is away, wait and call again. It is said in one line, and when it is over.

        Args:
            who: the server, as people know it.
            call: what is to be done.
            is_away: whether an error says that the server could not be reached, or that its own database could not.
            again: what to do instead from the second time on: the first may have been carried out, and its answer lost.

        Raises:
            RunError: if the server is away for longer than that.
        """
        try:
            return call()
        except Exception as error:
            if not is_away(error) or (self.over and self._in_vain is None):
                raise
            if self.over:
                raise RunError(self._in_vain or "") from None
        began, pause, said = time.monotonic(), _FIRST, False
        while True:
            try:
                time.sleep(pause)
                found = (again or call)()
            except Exception as error:
                if not is_away(error):
                    raise
                if not said:  # a connection that was merely old is no news
                    said = True
                    _log.warning(
                        "%s does not answer: waiting for up to %.0f seconds, nothing is lost", who, self.seconds
                    )
                if time.monotonic() - began > self.seconds:
                    self.over = True
                    self._in_vain = (
                        f"{who} did not answer for {self.seconds:.0f} seconds. What is recorded is kept; when it is "
                        "back, run the same command again: it goes on."
                    )
                    raise RunError(self._in_vain) from None
                pause = min(1.5 * pause, _LONGEST)
            except BaseException:  # Ctrl-C, a second time
                self.over = True
                raise
            else:
                if said:
                    _log.warning("%s is back after %.0f seconds: going on", who, time.monotonic() - began)
                return found
