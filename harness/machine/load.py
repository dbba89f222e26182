"""What others take of this machine while a training runs: its seconds are then not those of its network.

Two looks, one when a training begins and one when it is over, and what lies between them; in between nothing is done.
A look takes about a millisecond, on no clock of a training. Of two things the smaller counts:

- **what others used**: processor time of the cores that the run may use, less that of the run's own processes;
- **what was waited for**: how long the threads of this process were ready to compute and had no core, as Linux counts
  it (``schedstat``). Without it, a program on a core that nobody needed would count; without the first, the run's own
  processes would, where there are more of them than cores.

What the host of a virtual machine takes away (steal) is in neither, and comes on top.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WORKER_MODULE = "harness.launchers.local_worker"
"""Argument of Python that makes a process a worker: what a run of another study is known by."""

_USED = ("user", "nice", "system", "irq", "softirq")
"""Kinds of processor time in which something was computed; no system has them all."""

_SHORTEST = 1e-3
"""Seconds between two looks below which nothing can be said: processor times are counted in hundredths."""


@dataclass(frozen=True)
class Snapshot:
    """What had been used at one moment, in seconds; only differences of two mean something.

    Attributes:
        at: the moment.
        used: processor time of the run's cores, by whoever.
        stolen: what the host of a virtual machine took from these cores.
        ours: processor time of the run's processes, of those that have ended too.
        own: processor time of this process.
        waits: thread of this process -> how long it was ready to run and had no core; None where it is not counted.
        others: process ids of the drivers of other runs that have workers on this machine.
    """

    at: float
    used: float
    stolen: float
    ours: float
    own: float
    waits: Mapping[str, float] | None
    others: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Load:
    """What others did while a training ran.

    Attributes:
        foreign_load: mean number of cores that it was ready to use and others had; not-a-number if it was too short.
        studies_beside: runs of other studies that had workers on this machine.
    """

    foreign_load: float
    studies_beside: int


def look(driver: int | None = None, beside: Sequence[int] = ()) -> Snapshot | None:
    """Return what has been used by now; None where this machine does not say.

    Args:
        driver: process id of the driver, whose processes are the run's own; None for this process.
        beside: process ids of workers of the run that are none of the driver's; those that are gone do not count.
    """
    import psutil

    root = driver or os.getpid()
    try:
        cores = _cores(root)
        for pid in {os.getpid(), *beside} - {root}:
            with contextlib.suppress(OSError):
                cores |= _cores(pid)
        family = {root, *_children(root), *beside, *([os.getpid()] if beside else ())}
        ours = sum(map(_seconds, family))
        times = psutil.cpu_times(percpu=True)
        each = [times[core] for core in sorted(cores)]
    except (OSError, IndexError, psutil.Error):  # the driver is gone, or a sandbox hides what is asked
        return None
    return Snapshot(
        at=time.perf_counter(),
        used=sum(getattr(one, kind, 0.0) for one in each for kind in _USED),
        stolen=sum(getattr(one, "steal", 0.0) for one in each),
        ours=ours,
        own=time.process_time(),
        waits=_waits(),
        others=frozenset(_drivers()) - {root},
    )


def load_between(before: Snapshot | None, after: Snapshot | None) -> Load | None:
    """Return what others did between two looks; None where one of them saw nothing."""
    if before is None or after is None:
        return None
    seconds = after.at - before.at
    used, ours = after.used - before.used, after.ours - before.ours
    taken = max(0.0, used - ours)
    if before.waits is not None and after.waits is not None:
        waited = sum(wait - before.waits.get(thread, 0.0) for thread, wait in after.waits.items())
        taken = min(taken, max(0.0, waited))
    own = after.own - before.own
    stolen = max(0.0, after.stolen - before.stolen) * min(1.0, own / used if used > 0 else 0.0)
    load = (taken + stolen) / seconds if seconds >= _SHORTEST else math.nan
    return Load(load, len(before.others | after.others))


def _children(pid: int) -> list[int]:
    """Return the ids of the processes that a process started, without walking through all there are where that goes."""
    import psutil

    try:
        lists = [file.read_text(encoding="ascii") for file in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        lists = []
    if lists:
        return [int(child) for text in lists for child in text.split()]
    return [child.pid for child in psutil.Process(pid).children()]


def _cores(pid: int) -> set[int]:
    """Return the cores that a process may use."""
    return os.sched_getaffinity(pid) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _seconds(pid: int) -> float:
    """Return the processor time of a process and of what it started and has seen end; 0 if it has just ended."""
    import psutil

    with contextlib.suppress(psutil.Error):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _waits() -> dict[str, float] | None:
    """Return thread of this process -> seconds that it was ready to run and had no core."""
    found, ran = {}, 0
    for folder in Path("/proc/self/task").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):  # a thread that has just ended; a kernel that does not count
            run, wait, _ = (folder / "schedstat").read_text(encoding="ascii").split()
            found[folder.name] = int(wait) / 1e9
            ran += int(run)
    return found if ran else None


_SETTLED = 5.0
"""Seconds after which a process has its own arguments: until it has, it shows those of what started it."""
_known: dict[int, bool] = {}
"""Process id -> whether it is a worker: told once, or each look would read the arguments of all processes."""


def _drivers() -> set[int]:
    """Return the ids of the processes that have workers here. A worker tells by its arguments, to every user."""
    import psutil

    pids = psutil.pids()
    for gone in _known.keys() - set(pids):
        del _known[gone]
    for pid in pids:
        if pid not in _known:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                is_worker = WORKER_MODULE in process.cmdline()
                if is_worker or time.time() - process.create_time() > _SETTLED:
                    _known[pid] = is_worker
    drivers = set()
    for pid in [pid for pid, is_worker in _known.items() if is_worker]:
        with contextlib.suppress(psutil.Error):
            drivers.add(psutil.Process(pid).ppid())
    return drivers
