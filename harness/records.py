"""What travels between driver and worker: plain frozen dataclasses that pickle.

A :class:`Job` goes to a worker; it answers with one :class:`Started`, any number of :class:`Evaluated` and
:class:`Scored` and, last, one of :class:`Finished` and :class:`Failed`. To each :class:`Evaluated` of a prunable job
the driver replies with a :class:`Reply`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from harness.study import Variant


class StopReason(StrEnum):
    """Why a training ended."""

    TARGET = "target"
    MAXIMUM = "maximum"
    TIME_BUDGET = "time_budget"
    PLATEAU = "plateau"
    NOT_FINITE = "not_finite"  # it diverged: no score, and no target that counts
    PRUNED = "pruned"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Ending:
    """A stop reason in words.

    Attributes:
        live: while the study runs; {} stands for the target.
        told: of one run afterwards; {} stands for the target.
        sentence: a whole one; {} stands for how long it trained.
    """

    live: str
    told: str
    sentence: str


ENDINGS: Mapping[StopReason, Ending] = {
    StopReason.TARGET: Ending(
        "reached the target of {}", "reached the target of {}", "Stopped after {}, at its target"
    ),
    StopReason.MAXIMUM: Ending("done", "trained for all its steps", "Trained to its maximum of {}"),
    StopReason.TIME_BUDGET: Ending("time budget used up", "used up its time", "Stopped after {}, when its time was up"),
    StopReason.PLATEAU: Ending(
        "no longer improving", "no longer improved", "Stopped after {}, when it no longer improved"
    ),
    StopReason.NOT_FINITE: Ending(
        "diverged (not finite)",
        "its loss was no longer finite",
        "Stopped after {}: its loss was no longer a finite number",
    ),
    StopReason.PRUNED: Ending("pruned", "ended by the pruner", "Pruned after {}: others promised more"),
    StopReason.INTERRUPTED: Ending("interrupted", "interrupted", "Interrupted after {}"),
}


class Reply(StrEnum):
    """What the driver says to an evaluation."""

    GO_ON = "go_on"
    PRUNE = "prune"


@dataclass(frozen=True)
class Seeds:
    """The independent seeds of one replicate; the same for every variant, so that comparisons are paired.

    Attributes:
        split: which images are held out.
        weights: initial weights.
        order: batch order.
        dropout: dropout masks.
        part: which part is held out with split = 'k_fold', counted on from 0 beyond the last.
    """

    split: int
    weights: int
    order: int
    dropout: int
    part: int = 0


@dataclass(frozen=True)
class Resources:
    """What a worker may use of its machine.

    Attributes:
        threads: threads of the compute library; None for what it has set itself.
        workers: how many workers share the machine.
        cores: processor cores the worker is pinned to; empty for no pinning.
        data_folder: where to look first for image files, if anywhere.
    """

    threads: int | None
    workers: int
    cores: tuple[int, ...] = ()
    data_folder: Path | None = None


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
        insight: which pictures to make of it: "none", "basic" or "full".
    """

    trial: int
    variant: Variant
    replicate: int
    seeds: Seeds
    prunable: bool = False
    probes: tuple[str, ...] = ()
    insight: str = "basic"


@dataclass(frozen=True)
class Fingerprint:
    """Where a trial ran. Seconds are compared only where :data:`harness.trials.EQUAL_FOR_SECONDS` is equal.

    Attributes:
        processor: model name of the CPU or GPU that trained.
        device: "cpu" or "gpu".
        backend: Keras backend and its version, e.g. ``tensorflow 2.21.0``.
        keras: version of Keras.
        python: version of Python.
        threads: threads of the worker.
        workers: workers that shared the machine.
        pack: trainings that shared the program, side by side.
    """

    processor: str
    device: str
    backend: str
    keras: str
    python: str
    threads: int
    workers: int
    pack: int = 1


@dataclass(frozen=True)
class Clocks:
    """Seconds spent, kept apart; ``time.perf_counter``, device synchronised before it is read.

    Attributes:
        prepare: data and network.
        compile: first calls of the compiled programs.
        train: training steps alone.
        evaluate: validation and test.
        record: artifacts, and waiting for replies.
        refit: all of the second training of ``train.refit``.
    """

    prepare: float = 0.0
    compile: float = 0.0
    train: float = 0.0
    evaluate: float = 0.0
    record: float = 0.0
    refit: float = 0.0


@dataclass(frozen=True)
class Started:
    """The worker has data and network and begins to train.

    Attributes:
        trial: the trial's number.
        fingerprint: where it runs.
        costs: cost figures of the network: parameters, macs, activations.
        data_digest: SHA-256 of the images and labels used, shortened.
        max_steps: training steps at most.
        image_shape: (height, width, channels) of the images; empty where it is not known.
        classes: number of classes.
        images: split ("train", "validation", "test") -> number of its images.
    """

    trial: int
    fingerprint: Fingerprint
    costs: Mapping[str, int]
    data_digest: str
    max_steps: int
    image_shape: tuple[int, ...] = ()
    classes: int = 0
    images: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluated:
    """One evaluation.

    Attributes:
        trial: the trial's number.
        step: training steps done.
        epoch: passes over the training images done, fractional.
        train_seconds: training clock so far.
        metrics: train_loss, train_accuracy, and val_loss, val_accuracy where there is a validation split.
    """

    trial: int
    step: int
    epoch: float
    train_seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Scored:
    """The test split was scored during the training, for the record alone: nothing may be chosen by it.

    Attributes:
        trial: the trial's number.
        step: training steps done.
        epoch: passes over the training images done, fractional.
        train_seconds: training clock so far.
        metrics: test_loss, test_accuracy.
    """

    trial: int
    step: int
    epoch: float
    train_seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class TrialResult:
    """How a training ended.

    Attributes:
        stop_reason: why.
        steps: training steps done.
        epochs: passes over the training images, fractional.
        metrics: last values of the evaluated metrics, test_loss and test_accuracy, and what probes measured; empty of
            a training that diverged.
        clocks: seconds spent.
        steps_to_target: steps at which the target was first held; None if it never was (censored).
        seconds_to_target: training seconds at that point; None if censored.
        images_per_second: training images over training seconds.
        costs: as in :class:`Started`.
        refit_steps: steps of the second training, which the test metrics are of; 0 without one.
        digests: "weights" and "history" -> SHA-256, shortened: equal where two trainings are, bit by bit.
    """

    stop_reason: StopReason
    steps: int
    epochs: float
    metrics: Mapping[str, float]
    clocks: Clocks
    steps_to_target: int | None
    seconds_to_target: float | None
    images_per_second: float
    costs: Mapping[str, int] = field(default_factory=dict)
    refit_steps: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """Return a metric of :data:`harness.metrics.METRICS` by name.

        Infinite where the target was never reached, not-a-number where the metric was not measured. A training that
        diverged has missed its target, has no scores, and its seconds are none of a training that did its work.
        """
        if self.stop_reason is StopReason.NOT_FINITE and name not in self.costs:
            return math.inf if name in ("steps_to_target", "seconds_to_target") else math.nan
        if name in ("steps_to_target", "seconds_to_target"):
            found = getattr(self, name)
            return float("inf") if found is None else float(found)
        if name == "train_seconds":
            return self.clocks.train
        if name == "images_per_second":
            return self.images_per_second
        return float(self.costs[name] if name in self.costs else self.metrics.get(name, math.nan))


@dataclass(frozen=True)
class TrainingOver:
    """The training is over. What its network learned is looked at and written down, with pictures a while."""

    trial: int


@dataclass(frozen=True)
class Finished:
    """The training ended by itself, or was pruned; its artifacts are written."""

    trial: int
    result: TrialResult


@dataclass(frozen=True)
class Failed:
    """The training broke.

    Attributes:
        trial: the trial's number.
        message: one line.
        traceback: the whole story.
        fatal: whether every other trial would fail in the same way (missing data, say), so that the run must stop.
    """

    trial: int
    message: str
    traceback: str
    fatal: bool = False


Event = Started | Evaluated | Scored | TrainingOver | Finished | Failed
