"""What a training came to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.metrics import METRICS
from harness.records.endings import StopReason
from harness.records.fingerprint import Fingerprint

MOST_TAKEN = 0.05
"""Cores that others may have had while a training was ready to use them, in the mean: with one thread its seconds are
then at most 5 % too many. Alone on two cores, what is measured is below 0.04."""


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

    @property
    def total(self) -> float:
        """Seconds of all clocks."""
        return self.prepare + self.compile + self.train + self.evaluate + self.record + self.refit


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
        restored_step: steps after which the network that is tested and kept was evaluated, where it is not the last one
            (``train.restore_best``); ``metrics`` are those of the last evaluation all the same.
        foreign_load: mean number of cores that the training was ready to use and others had; None if unknown.
        studies_beside: runs of other studies on the machine meanwhile; None if unknown.
        kwh: kilowatt-hours of the whole machine since the trial that ended before it in the same run; None where they
            were not measured. Of all trials together they are what the study took.
        digests: "weights" and "history" -> SHA-256, shortened: equal where two trainings are, bit by bit.
        fingerprint: where it ran; None if unknown.
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
    restored_step: int | None = None
    foreign_load: float | None = None
    studies_beside: int | None = None
    kwh: float | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None

    @property
    def disturbed(self) -> bool:
        """Whether its seconds do not count, because others used the machine meanwhile."""
        return (self.foreign_load or 0.0) > MOST_TAKEN or bool(self.studies_beside)

    def value(self, name: str) -> float:
        """Return a metric of :data:`harness.metrics.METRICS` by name.

        Infinite where the target was never reached, not-a-number where the metric was not measured. A training that
        diverged has missed its target, has no scores, and its seconds are none of a training that did its work.
        """
        if self.stop_reason is StopReason.NOT_FINITE and name not in self.costs:
            return math.inf if METRICS[name].watched else math.nan
        if METRICS[name].watched:
            found = getattr(self, name)
            return float("inf") if found is None else float(found)
        if name == "train_seconds":
            return self.clocks.train
        if name == "images_per_second":
            return self.images_per_second
        return float(self.costs[name] if name in self.costs else self.metrics.get(name, math.nan))
