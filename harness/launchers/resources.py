"""How many workers, and with how many threads.

The rule: one worker a core with one thread each, because small networks gain little from a second thread (two
one-thread processes do 1.5 times the steps of one two-thread process). Cores are those this process may use: its
affinity mask, and the processor share of its control group. Each worker needs about 1 GB, so free memory limits them
too. With a GPU there is one worker. `exclusive = true` in a study: one worker, all cores.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

from harness.records import Resources

WORKER_MEMORY = 1.2e9
"""Bytes that a worker takes: TensorFlow, its programs, one decoded image set."""

_CGROUP = Path("/sys/fs/cgroup")


def free_memory(group: Path = _CGROUP) -> int:
    """Return the bytes that this process may still take: of the machine, and of its control group."""
    import psutil

    available = int(psutil.virtual_memory().available)
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text())
        return available if limit == "max" else max(0, min(available, int(limit) - used))
    except (OSError, ValueError):
        return available


def allowed_cores(group: Path = _CGROUP) -> list[int]:
    """Return the cores that this process may use: its affinity mask, cut to the control group's processor share."""
    cores = sorted(os.sched_getaffinity(0))
    try:
        quota, period = (group / "cpu.max").read_text().split()
        share = len(cores) if quota == "max" else max(1, math.floor(int(quota) / int(period)))
    except (OSError, ValueError):
        share = len(cores)
    return cores[:share]


def has_gpu() -> bool:
    """Whether an NVIDIA GPU is visible to this process."""
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and any(Path("/dev").glob("nvidia[0-9]*"))


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
