"""How long to wait for a worker that says nothing.

A worker may be stopped, wait for a file system that does not answer, or be locked in a library: it would be waited for
for ever. A slow training must never be taken for one of these. So two things are watched:

- **Signs of life**: events, processor time of the process and its children, bytes read and written, pages fetched. Who
  shows none for the patience (ten minutes, unless the user says otherwise) hangs. A worker whose network is trained by
  another device gets six times as long: it may wait for that in silence.
- **Events**, once a training has shown its pace by two evaluations: who computes without any for six times the
  patience, twenty times its longest silence so far and five times its age goes round in circles. The age counts because
  a second training (`train.refit`) takes about as long as the first, and reports nothing.

Only seconds in which this process looked are counted: whoever suspends a run, or keeps the driver waiting, has not made
its workers hang.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.records import Evaluated, Event, Started

PATIENCE = 600.0
"""Seconds without a sign of life after which a worker is ended, unless the user says otherwise."""

_LONGER = 6.0
"""So many times the patience may pass without an event, where there are signs of life."""
_OWN_PACE = 20.0
_OWN_AGE = 5.0

_LEAST_SHARE = 0.002
"""Share of a processor below which a process does nothing: threads that wait wake up now and then."""
_LEAST_BYTES = 65_536
_LEAST_PAGES = 100

_STATES = {
    "T": "it is stopped",
    "t": "it is stopped by a debugger",
    "D": "it waits for a disk or a network file system",
    "S": "it waits",
    "R": "it runs",
}


class Vitals(NamedTuple):
    """What a process has used so far.

    Attributes:
        seconds: processor seconds, its children's included.
        bytes: bytes read and written.
        pages: pages fetched from a disk.
        state: what it does now: a letter of ``/proc``.
    """

    seconds: float
    bytes: int
    pages: int
    state: str


@dataclass
class Watch:
    """Whether one worker's training goes on.

    Args:
        patience: seconds without a sign of life after which it is over; 0 for ever.

    Attributes:
        age: watched seconds since it began.
        silent: watched seconds since the last event.
        idle: watched seconds since the last sign of life.
        longest: longest silence between two events of a training that goes on.
        warned: whether its silence has been said.
    """

    patience: float
    age: float = 0.0
    silent: float = 0.0
    idle: float = 0.0
    longest: float = 0.0
    warned: bool = False
    _evaluations: int = 0
    _elsewhere: bool = False
    _age_then: float = 0.0
    _mark: Vitals | None = None

    def heard(self, event: Event) -> None:
        """Take an event as a sign of life, and learn the pace from it."""
        if isinstance(event, Started):
            self._elsewhere = event.fingerprint.device != "cpu"
        self._evaluations += isinstance(event, Evaluated)
        self.longest = max(self.longest, self.silent)
        self.silent = self.idle = 0.0
        self._age_then, self._mark, self.warned = self.age, None, False

    def passed(self, seconds: float, vitals: Vitals | None) -> None:
        """Count time that was watched, and what the process did in it.

        Args:
            seconds: since the last look.
            vitals: what it has used so far; None if that was not looked up.
        """
        self.age, self.silent, self.idle = self.age + seconds, self.silent + seconds, self.idle + seconds
        if vitals is None:
            return
        if self._mark is None:
            self._mark = vitals
        elif self._has_done_something(self._mark, vitals):
            self.idle, self._mark, self.warned = 0.0, vitals, False

    def _has_done_something(self, before: Vitals, now: Vitals) -> bool:
        return (
            now.seconds - before.seconds > _LEAST_SHARE * self.idle
            or now.bytes - before.bytes >= _LEAST_BYTES
            or now.pages - before.pages >= _LEAST_PAGES
        )

    @property
    def is_late(self) -> bool:
        """Whether half of the time is over."""
        return self.patience > 0 and self._spent >= 0.5

    @property
    def is_over(self) -> bool:
        """Whether the worker hangs."""
        return self.patience > 0 and self._spent >= 1

    @property
    def _spent(self) -> float:
        """The share of what it may take that it has taken."""
        idle = self.idle / max(self.patience * (_LONGER if self._elsewhere else 1), self.longest)
        if self._evaluations < 2:
            return idle
        pace = max(_LONGER * self.patience, _OWN_PACE * self.longest, _OWN_AGE * self._age_then)
        return max(idle, self.silent / pace)

    def describe(self, vitals: Vitals | None) -> str:
        """Say how long it has been silent, and what it does: ``no sign of life for 5 min (it is stopped)``."""
        doing = _STATES.get(vitals.state, "") if vitals else ""
        what = "no sign of life" if self.idle >= self.silent / 2 else "no evaluation"
        seconds = self.idle if what == "no sign of life" else self.silent
        return f"{what} for {_duration(seconds)}" + (f" ({doing})" if doing else "")


def look_up(pid: int) -> Vitals | None:
    """Return what a process has used so far; None if it is gone."""
    import psutil

    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except (OSError, psutil.Error):
        return None
    fields = text.rpartition(")")[2].split()  # the name before may hold anything
    seconds, moved = 0.0, 0
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
        with contextlib.suppress(psutil.Error, OSError):  # may be forbidden where the other is not
            counters = process.io_counters()
            moved += counters.read_chars + counters.write_chars + counters.read_bytes
    return Vitals(seconds, moved, int(fields[9]), fields[0])


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
