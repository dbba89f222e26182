"""Times to a target that some trials never reach."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable

import numpy as np
from scipy import stats

from harness.stats.intervals import Interval

_ROUNDING = 1e-9
"""The survival curve is a product of fractions; 0.5 may come out a hair above."""


def kaplan_meier_median(times: Iterable[float], censored: Iterable[bool], confidence: float = 0.95) -> Interval:
    """Return the median time to the target, trials that never reached it included.

    The median is the first time at which the survival curve of Kaplan & Meier (1958, "Nonparametric estimation from
    incomplete observations") is at or below one half. Its interval holds the times at which the pointwise log-log
    Greenwood interval of the curve contains one half (Brookmeyer & Crowley 1982, "A confidence interval for the
    median survival time").

    Args:
        times: a time a trial: when it reached the target, or how long it was watched if censored. Infinite for a
            censored trial that could never have reached it.
        censored: whether each trial ended without reaching it.
        confidence: coverage, between 0 and 1.

    Returns:
        The median; infinite if fewer than half reached the target, as is an upper end that the data do not bound
        (usual with few trials). NaN without trials. The ends are NaN for one trial.

    Raises:
        ValueError: if the two differ in length, or a time is NaN, or infinite without being censored.
    """
    at = np.asarray(list(times), dtype=float)
    missed = np.asarray(list(censored), dtype=bool)
    if len(at) != len(missed) or np.isnan(at).any() or np.isinf(at[~missed]).any():
        raise ValueError("times must be one number a trial, finite where the target was reached")
    n = len(at)
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    if missed.all():
        return Interval(math.inf, math.nan if n == 1 else math.inf, math.nan if n == 1 else math.inf, n)
    if n == 1:
        return Interval(float(at[0]), math.nan, math.nan, n)
    # Any time after the last finite one says the same as infinity, which CensoredData does not take.
    at = np.where(np.isinf(at), at[np.isfinite(at)].max() + 1, at)
    survival = stats.ecdf(stats.CensoredData.right_censored(at, missed)).sf
    estimate = _first_at_half(survival.quantiles, survival.probabilities)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined where the curve is 1 or 0: _first_at_half skips it
        band = survival.confidence_interval(confidence_level=confidence, method="log-log")
    low = _first_at_half(survival.quantiles, band.low.probabilities)
    high = _first_at_half(survival.quantiles, band.high.probabilities)
    # With ties at the first time the band is undefined where it matters; the low end is never above the median.
    return Interval(estimate, min(low, estimate), high, n)


def _first_at_half(times: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the first time whose probability is at most one half, infinite if none is; NaN compares as above."""
    reached = np.flatnonzero(probabilities <= 0.5 + _ROUNDING)
    return float(times[reached[0]]) if len(reached) else math.inf
