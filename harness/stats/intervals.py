"""An estimate with the interval that says how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats


def power_of_e(exponent: float) -> float:
    """Return e to a power; infinity beyond the largest double, as two pairs that differ wildly give."""
    return math.inf if exponent > 709 else math.exp(exponent)


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


def bounded(interval: Interval, low: float, high: float) -> Interval:
    """Return the part of an interval that lies between the bounds that every value keeps, and so does their mean.

    What is cut off cannot be the truth, so that the interval holds it exactly as often as before (Mandelkern 2002,
    "Setting confidence intervals for bounded parameters"). An interval on log odds would stay inside by itself, but of
    few values near a bound it reaches absurdly far the other way: of 99, 80 and 99.5 % down to 17 %.

    Args:
        interval: of a mean, or of one further value.
        low: the lower bound; minus infinity for none.
        high: the upper bound; infinite for none.
    """
    if math.isnan(interval.low) or math.isnan(interval.high):
        return interval
    return Interval(interval.estimate, max(low, interval.low), min(high, interval.high), interval.n)


def geometric(interval: Interval) -> Interval:
    """Return the interval of a geometric mean from that of the mean of logarithms."""
    mean, low, high = (
        one if math.isnan(one) else power_of_e(one) for one in (interval.estimate, interval.low, interval.high)
    )
    return Interval(mean, low, high, interval.n)


def prediction_interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Return the mean with the interval that one further measurement falls into (Hahn & Meeker 1991, section 4.7).

    "Statistical intervals: a guide for practitioners". Unlike the interval of the mean it does not shrink to nothing
    with many values: one measurement varies however well the mean is known. It supposes a normal distribution.

    Args:
        values: independent measurements; NaN ones are missing and not counted.
        confidence: how often one further measurement falls into it, between 0 and 1.

    Returns:
        The mean. Fewer than two values, or equal ones, have no ends (NaN); none has no mean either.
    """
    known = np.asarray(list(values), dtype=float)
    known = known[~np.isnan(known)]
    mean = mean_interval(known, confidence)
    error = standard_error(known) if mean.n > 1 and np.isfinite(known).all() else 0.0
    if error == 0:
        return Interval(mean.estimate, math.nan, math.nan, mean.n)
    half = float(stats.t.ppf((1 + confidence) / 2, mean.n - 1)) * error * math.sqrt(mean.n + 1)
    return Interval(mean.estimate, mean.estimate - half, mean.estimate + half, mean.n)


def spread_interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Return the standard deviation with its chi-square interval (Snedecor & Cochran 1989, section 5.11).

    The interval supposes that the values are drawn from a normal distribution.

    Args:
        values: independent measurements; NaN ones are missing and not counted.
        confidence: coverage, between 0 and 1.

    Returns:
        The standard deviation with n - 1 in the denominator. Fewer than two values have none; equal ones have 0, and
        no ends.
    """
    known = np.asarray(list(values), dtype=float)
    known = known[~np.isnan(known)]
    n = len(known)
    if n < 2 or not np.isfinite(known).all():
        return Interval(math.nan, math.nan, math.nan, n)
    spread = standard_error(known) * math.sqrt(n)
    if spread == 0:
        return Interval(0.0, math.nan, math.nan, n)
    low, high = stats.chi2.ppf([(1 + confidence) / 2, (1 - confidence) / 2], n - 1)
    return Interval(spread, spread * math.sqrt((n - 1) / low), spread * math.sqrt((n - 1) / high), n)


def share_interval(count: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the share of ``count`` among ``n`` with the score interval of Wilson (1927).

    "Probable inference, the law of succession, and statistical inference". Unlike the textbook interval it has a width
    where all or none of a few were counted.

    Args:
        count: how many did.
        n: how many there are.
        confidence: coverage, between 0 and 1.

    Returns:
        The share, from 0 to 1; NaN for none of none.

    Raises:
        ValueError: unless 0 <= count <= n.
    """
    if not 0 <= count <= n:
        raise ValueError(f"count must be from 0 to {n}, got {count}")
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    ends = stats.binomtest(count, n).proportion_ci(confidence, method="wilson")
    return Interval(count / n, float(ends.low), float(ends.high), n)


def standard_error(values: np.ndarray) -> float:
    """Return the standard error of the mean of two or more values; exactly 0 where they differ by rounding alone."""
    spread = float(np.std(values, ddof=1))
    rounding = 1e-12 * float(np.abs(values).max())
    return 0.0 if spread <= rounding else spread / math.sqrt(len(values))
