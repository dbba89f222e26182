"""Times to a target that some trials never reach."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from harness.stats.intervals import Interval

_ROUNDING = 1e-9
"""The survival curve is a product of fractions; 0.5 may come out a hair above."""


@dataclass(frozen=True)
class Times:
    """Times to a target, a trial each; some of them censored.

    Attributes:
        at: when the target was reached, or how long the trial was watched if censored; infinite for a censored trial
            that could never have reached it. Indexed by replicate.
        missed: whether each trial ended without reaching it; same index.
    """

    at: pd.Series[float]
    missed: pd.Series[bool]

    def __post_init__(self) -> None:
        at = self.at.to_numpy(dtype=float)
        if not self.at.index.equals(self.missed.index) or not self.at.index.is_unique:
            raise ValueError("times and censoring must have one entry for each replicate")
        if np.isnan(at).any() or (at < 0).any() or np.isinf(at[~self.missed.to_numpy(dtype=bool)]).any():
            raise ValueError("times must be one number a trial, finite where the target was reached")

    def of(self, replicates: pd.Index) -> Times:
        """Return those of some replicates."""
        places = self.at.index.get_indexer(replicates)  # a tenth of the time of looking up by label
        return Times(self.at.take(places), self.missed.take(places))


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
    curve = stats.ecdf(stats.CensoredData.right_censored(at, missed)).sf  # and not `survival`: it knows its interval
    estimate = _first_at_half(curve.quantiles, curve.probabilities)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined where the curve is 1 or 0: _first_at_half skips it
        band = curve.confidence_interval(confidence_level=confidence, method="log-log")
    low = _first_at_half(curve.quantiles, band.low.probabilities)
    high = _first_at_half(curve.quantiles, band.high.probabilities)
    # With ties at the first time the band is undefined where it matters; the low end is never above the median.
    return Interval(estimate, min(low, estimate), high, n)


def _first_at_half(times: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the first time whose probability is at most one half, infinite if none is; NaN compares as above."""
    reached = np.flatnonzero(probabilities <= 0.5 + _ROUNDING)
    return float(times[reached[0]]) if len(reached) else math.inf


def reached_by(at: Iterable[float], missed: Iterable[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Return the share that has reached the target against time: one minus the curve of Kaplan & Meier (1958).

    Args:
        at: a time a trial, as in :func:`kaplan_meier_median`.
        missed: whether each trial ended without reaching it.

    Returns:
        Times from 0 to the longest finite one, and the share from each on; both (n,).
    """
    times, censored = np.asarray(list(at), dtype=float), np.asarray(list(missed), dtype=bool)
    steps, left = survival(times, censored)
    shares = np.concatenate([[0.0], 1 - left])
    last = times[np.isfinite(times)].max(initial=0.0)
    end = [last] if last > steps.max(initial=0.0) else []
    return np.concatenate([[0.0], steps, end]), np.concatenate([shares, shares[-1:] if end else []])


def survival(at: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve of Kaplan & Meier: times at which the target was reached, and who had not by then; both (n,).

    SciPy's `ecdf` gives the same and an interval, but takes twenty times as long: pseudo-observations ask for a curve a
    trial.
    """
    times, reached, at_risk = events(at, missed)
    return times, np.cumprod(1 - reached / at_risk)


def events(at: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return when the target was reached, by how many trials, and how many were still watched then; all (n,)."""
    times, reached = np.unique(at[~missed], return_counts=True)
    return times, reached, len(at) - np.searchsorted(np.sort(at), times)
