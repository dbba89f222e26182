"""The threads of a worker's process: most are Ray's, and never rest; what trains is told from them.

A process that Ray starts is a hundred threads before it does anything. Those that are there then are Ray's; those that
come later belong to the training and its libraries.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.launchers.patience import Vitals

_TASKS = Path("/proc/self/task")
_TICKS = os.sysconf("SC_CLK_TCK")
_held: list[int] = []
"""Descriptors of the locks on cores; closed with the process."""


def all_threads() -> frozenset[int]:
    """Return the ids of the threads that this process has now."""
    return frozenset(int(task.name) for task in _TASKS.iterdir())


def vitals_but_of(others: frozenset[int]) -> Vitals:
    """Return what the threads of this process have used so far, those of the given ids left out."""
    seconds, moved, pages, state = 0.0, 0, 0, "S"
    for task in _TASKS.iterdir():
        if int(task.name) in others:
            continue
        with contextlib.suppress(OSError):  # it has just ended
            fields = (task / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / _TICKS
            pages += int(fields[9])
            state = fields[0] if fields[0] in "RD" else state
        with contextlib.suppress(OSError):  # may be forbidden where the other is not
            counters = dict(line.split(": ") for line in (task / "io").read_text(encoding="ascii").splitlines())
            moved += sum(int(counters[name]) for name in ("rchar", "wchar", "read_bytes"))
    return Vitals(seconds, moved, pages, state)


def claim_cores(count: int) -> tuple[int, ...]:
    """Pin all threads of this process to so many cores that no other worker of this user has, and return the cores.

    A core is claimed by a lock, which goes with the process: workers of one machine agree whatever node, study or
    driver they belong to. With fewer cores left than asked for none is pinned, and the answer is empty.
    """
    folder = Path(tempfile.gettempdir()) / f"harness-cores-{os.getuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        got: dict[int, int] = {}
        for core in sorted(os.sched_getaffinity(0)):
            if len(got) < count and (lock := _lock(folder / str(core))) is not None:
                got[core] = lock
        if len(got) == count:
            _held.extend(got.values())
            pin(tuple(got))
            return tuple(got)
        for lock in got.values():
            os.close(lock)
    return ()


def pin(cores: Sequence[int]) -> None:
    """Let all threads of this process run on some cores alone; those that they start will, too."""
    for thread in all_threads():
        with contextlib.suppress(OSError):  # it has just ended
            os.sched_setaffinity(thread, cores)


def _lock(file: Path) -> int | None:
    """Return the descriptor of a file that is locked now; None if another process has it locked."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
