"""An estimate with the interval that says how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes:
        estimate: the point estimate; NaN if there is nothing to estimate it from.
        low: lower end; NaN where it cannot be had.
        high: upper end; NaN where it cannot be had, infinite where the data set no bound.
        n: how many values it rests on.
    """

    estimate: float
    low: float
    high: float
    n: int


def mean_interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Return the mean with Student's t interval (Student 1908, "The probable error of a mean").

    Args:
        values: independent measurements; NaN ones are missing and not counted.
        confidence: coverage, between 0 and 1.

    Returns:
        The mean. One value has no ends (NaN); none has no mean either.
    """
    known = np.asarray(list(values), dtype=float)
    known = known[~np.isnan(known)]
    n = len(known)
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    if n == 1 or not np.isfinite(known).all():
        return Interval(mean, math.nan, math.nan, n)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * standard_error(known)
    return Interval(mean, mean - half, mean + half, n)


def wilson_interval(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the share k/n with the score interval of Wilson (1927), "Probable inference".

    Unlike the textbook (Wald) interval it stays within 0 and 1 and has a width even for 0 of n and n of n.

    Args:
        k: successes, 0 to n.
        n: attempts; 0 gives NaN throughout.
        confidence: coverage, between 0 and 1.

    Raises:
        ValueError: if k is not between 0 and n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"k must be between 0 and n = {n}, got {k}")
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if k == 0 else centre - half  # exact in the formula; rounding would leave 1e-17
    high = 1.0 if k == n else centre + half
    return Interval(share, low, high, n)


def standard_error(values: np.ndarray) -> float:
    """Return the standard error of the mean of two or more values; exactly 0 where they differ by rounding alone."""
    spread = float(np.std(values, ddof=1))
    rounding = 1e-12 * float(np.abs(values).max())
    return 0.0 if spread <= rounding else spread / math.sqrt(len(values))
