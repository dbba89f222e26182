"""What a metric's values come to, by the mean that comparisons go by: the same numbers in tables and verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from harness.metrics import METRICS
from harness.stats import Interval, bounded, geometric, kaplan_meier_median, mean_interval, prediction_interval

_UNBOUNDED = 1e30
"""A bound beyond which numbers are just those that single precision can hold."""


def mean_of(metric: str, values: Sequence[float] | np.ndarray) -> Interval:
    """Return a metric's mean with its 95 % interval, whose ends are values that the metric can have.

    Of what is compared as a ratio (seconds, steps, rates) it is the geometric mean: variants whose geometric means are
    a and b have the geometric mean ratio a / b, which no median or arithmetic mean tells.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        values: one a training; not-a-number where there is none.
    """
    return _summary(metric, values, mean_interval)


def single_of(metric: str, values: Sequence[float] | np.ndarray) -> Interval:
    """Return the mean with the range of one further training (95 % prediction interval), inside the bounds likewise."""
    return _summary(metric, values, prediction_interval)


def time_of(metric: str, at: np.ndarray, missed: np.ndarray) -> tuple[Interval, bool]:
    """Return when the target is reached, and whether that is a Kaplan-Meier median instead of a geometric mean.

    It is where some trainings never reached it, since a mean of the others would flatter; and where a time is 0.

    Args:
        metric: "steps_to_target" or "seconds_to_target".
        at: when each training reached it, or how long it was watched.
        missed: whether it never did.
    """
    if missed.any() or not len(at) or (at <= 0).any():
        return kaplan_meier_median(at, missed), True
    return mean_of(metric, at), False


def _summary(metric: str, values: Sequence[float] | np.ndarray, summary: Callable[[np.ndarray], Interval]) -> Interval:
    known, unit = np.asarray(values, dtype=float), METRICS[metric].unit
    if unit.compared == "ratio" and not (known <= 0).any():
        return geometric(summary(np.log(known)))
    low = -math.inf if unit.bounds.low < -_UNBOUNDED else max(0.0, unit.bounds.low)
    high = 1.0 if METRICS[metric].is_share else math.inf
    return bounded(summary(known), low, high)
