"""How many workers, and with how many threads.

The rule: one worker a core with one thread each, because small networks gain little from a second thread (two
one-thread processes do 1.5 times the steps of one two-thread process). Cores are those this process may use: its
affinity mask, and the processor share of its control groups. Each worker needs about 1 GB, so free memory limits them
too. With a GPU there is one worker. `exclusive = true` in a study: one worker, all cores.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.errors import UsageError
from harness.records import Resources

WORKER_MEMORY = 1.2e9
"""Bytes that a worker takes: TensorFlow, its programs, one decoded image set."""

_UNLIMITED = 1 << 60
"""Bytes beyond which version 1 of control groups means no limit."""

_ROOT = Path("/")


@dataclass(frozen=True)
class MemoryLimit:
    """What a control group lets its processes take.

    Attributes:
        limit: bytes.
        used: bytes that are taken and could not be given back: without pages of files that wait to be dropped.
        group: the group's folder.
    """

    limit: int
    used: int
    group: Path

    @property
    def left(self) -> int:
        """Bytes that may still be taken."""
        return max(0, self.limit - self.used)


def memory_limit(root: Path = _ROOT) -> MemoryLimit | None:
    """Return the limit that leaves least, of this process's control group and all above it; None without one.

    Args:
        root: of the file system that `proc` and the control groups are in.
    """
    found = [_memory_of_2(folder) for folder in _groups(root, "")]
    found += [_memory_of_1(folder) for folder in _groups(root, "memory")]
    return min((limit for limit in found if limit), key=lambda limit: limit.left, default=None)


def free_memory(root: Path = _ROOT) -> int:
    """Return the bytes that this process may still take: of the machine, and of its control groups."""
    import psutil

    available, limit = int(psutil.virtual_memory().available), memory_limit(root)
    return available if limit is None else min(available, limit.left)


def allowed_cores(root: Path = _ROOT) -> list[int]:
    """Return the cores that this process may use: its affinity mask, cut to the least share of its control groups.

    The mask holds what a group's `cpuset` says.

    Raises:
        UsageError: on a system that tells no process its cores.
    """
    if not hasattr(os, "sched_getaffinity"):
        raise UsageError(
            f"trainings need Linux, which tells a process its cores; this is {platform.system()}. Run harness in a "
            "container, or on Windows under WSL: docs/install.md."
        )
    cores = sorted(os.sched_getaffinity(0))
    shares = [_cores_of_2(folder) for folder in _groups(root, "")]
    shares += [_cores_of_1(folder) for folder in _groups(root, "cpu")]
    share = min((share for share in shares if share), default=len(cores))
    return cores[: max(1, math.floor(share))]


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folder of this process's control group and of all groups above it that can be seen from here.

    Args:
        root: of the file system.
        controller: of version 1, such as "memory"; empty for version 2, whose groups have all controllers.
    """
    for line in _lines(root / "proc/self/cgroup"):
        _, names, group = line.split(":", 2)
        if controller not in names.split(","):
            continue
        for top, mounted in _mounts(root, controller):
            # in a container the group may be named as on its host, while only a part of the tree is mounted
            below = PurePosixPath(group)
            seen = below.is_relative_to(top) and ".." not in below.parts
            inside = below.relative_to(top).parts if seen else ()
            yield from (mounted.joinpath(*inside[:depth]) for depth in range(len(inside), -1, -1))


def _mounts(root: Path, controller: str) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield which group is at the top of a mounted tree of control groups, and where the tree is mounted."""
    for line in _lines(root / "proc/self/mountinfo"):
        fields, _, described = line.partition(" - ")
        kind, _, options = (*described.split(" ", 2), "", "")[:3]
        if kind == ("cgroup" if controller else "cgroup2") and (not controller or controller in options.split(",")):
            top, place = fields.split(" ")[3:5]
            yield PurePosixPath(top), root / place.lstrip("/")


def _memory_of_2(folder: Path) -> MemoryLimit | None:
    limits = [limit for limit in (_number(folder / "memory.max"), _number(folder / "memory.high")) if limit is not None]
    used = _number(folder / "memory.current")
    if not limits or used is None:
        return None
    return MemoryLimit(min(limits), max(0, used - _droppable(folder, "inactive_file")), folder)


def _memory_of_1(folder: Path) -> MemoryLimit | None:
    limit, used = _number(folder / "memory.limit_in_bytes"), _number(folder / "memory.usage_in_bytes")
    if limit is None or used is None or limit >= _UNLIMITED:
        return None
    return MemoryLimit(limit, max(0, used - _droppable(folder, "total_inactive_file")), folder)


def _droppable(folder: Path, name: str) -> int:
    """Return the bytes of pages of files that have not been read lately: the kernel drops them when it needs room."""
    rows = dict(line.split(" ", 1) for line in _lines(folder / "memory.stat") if " " in line)
    return int(rows.get(name, 0))


def _cores_of_2(folder: Path) -> float | None:
    quota, _, period = "".join(_lines(folder / "cpu.max")).partition(" ")
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _cores_of_1(folder: Path) -> float | None:
    quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return quota / period if quota is not None and quota > 0 and period else None


def _number(file: Path) -> int | None:
    """Return the whole number in a file; None for "max" and where there is none."""
    text = "".join(_lines(file)).strip()
    return int(text) if text.removeprefix("-").isdigit() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def has_gpu(devices: Path = Path("/dev")) -> bool:
    """Whether an NVIDIA GPU is visible to this process, as CUDA reads ``CUDA_VISIBLE_DEVICES``.

    It takes the devices named up to the first name that means none: -1, an index that is too high, a word. JAX may be
    told to leave them alone.

    Args:
        devices: folder of the device files.
    """
    count = sum(1 for _ in devices.glob("nvidia[0-9]*"))
    if os.environ.get("KERAS_BACKEND") == "jax" and os.environ.get("JAX_PLATFORMS") == "cpu":
        return False
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return count > 0
    first = named.split(",")[0].strip()
    if first.isdigit():
        return int(first) < count
    return count > 0 and first.startswith(("GPU-", "MIG-"))


def choose_resources(
    trainings: int, exclusive: bool = False, workers: int | None = None, threads: int | None = None
) -> Resources:
    """Return how many workers to start and what each may use.

    Args:
        trainings: how many trainings there are to do; more workers would be idle.
        exclusive: train one at a time with all cores.
        workers: overrides the rule's number of workers.
        threads: overrides the rule's number of threads.
    """
    cores = allowed_cores()
    if workers is None:
        by_memory = max(1, int(free_memory() / WORKER_MEMORY))
        workers = 1 if exclusive or has_gpu() else min(len(cores), by_memory, max(1, trainings))
    if threads is None:
        threads = len(cores) if exclusive or has_gpu() else max(1, len(cores) // workers)
    return Resources(threads=threads, workers=workers)


def cores_of(worker: int, resources: Resources, cores: list[int]) -> tuple[int, ...]:
    """Return the cores to pin a worker to; none unless all workers together use exactly the cores there are.

    With fewer, pinning would send the workers of two runs, or of two containers, to the same first cores.
    """
    threads = resources.threads or len(cores)
    if resources.workers * threads != len(cores):
        return ()
    return tuple(cores[worker * threads : (worker + 1) * threads])
