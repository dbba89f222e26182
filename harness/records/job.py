"""What a worker is to do, and what it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.study import Variant


@dataclass(frozen=True)
class Seeds:
    """The independent seeds of one replicate; the same for every variant, so that comparisons are paired.

    Attributes:
        split: which images are held out.
        weights: initial weights.
        order: batch order.
        dropout: dropout masks.
        part: which part is held out with split = 'k_fold', counted on from 0 beyond the last.
        augment: how training images are changed.
    """

    split: int
    weights: int
    order: int
    dropout: int
    part: int = 0
    augment: int = 0


@dataclass(frozen=True)
class Resources:
    """What a worker may use of its machine.

    Attributes:
        threads: threads of the compute library; None for what it has set itself.
        workers: how many workers share the machine.
        cores: processor cores the worker is pinned to; empty for no pinning.
        data_folder: where to look first for image files, if anywhere.
        driver: process id of the driver, if it is on the same machine: what its other processes take of the machine
            belongs to the run. None where the worker is alone.
        beside: process ids of the run's other workers on this machine, where the driver has not started them.
        gpu_share: of the GPU, above 0: so much of its memory is for this worker. None for all that it takes.
    """

    threads: int | None
    workers: int
    cores: tuple[int, ...] = ()
    data_folder: Path | None = None
    driver: int | None = None
    beside: tuple[int, ...] = ()
    gpu_share: float | None = None


@dataclass(frozen=True)
class Job:
    """One training to do, wherever: it names no place of any machine.

    Attributes:
        trial: the trial's number in its study.
        variant: what to train.
        replicate: the replicate's index.
        seeds: the replicate's seeds.
        prunable: whether to wait for a :class:`Reply` after each evaluation.
        probes: what to measure of the trained network besides; keys of :data:`harness.metrics.PROBES`.
        metrics: what to measure of it besides, of validation and test images; names of
            :data:`harness.metrics.NAMED` and their like, and those of the user's, which bring their rows along.
        code: file -> text, of the user's functions that measure these.
        insight: which pictures to make of it: "none", "basic" or "full".
    """

    trial: int
    variant: Variant
    replicate: int
    seeds: Seeds
    prunable: bool = False
    probes: tuple[str, ...] = ()
    insight: str = "basic"
    metrics: tuple[str, ...] = ()
    code: Mapping[str, str] = field(default_factory=dict)
