"""Two variants compared replicate by replicate.

Replicate r of every variant has the same split and batch order, so that the difference within a replicate is free of
what they share: fewer replicates tell as much.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from harness.stats.intervals import Interval, standard_error

_EXACT_UP_TO = 14
"""Pairs up to which all 2^n sign flips are tried."""
_DRAWS = 2**14 - 1
_SEED = 20_260_101


@dataclass(frozen=True)
class PairedDifference:
    """Mean of value minus base over the replicates that both have.

    Attributes:
        estimate: the mean difference, in the unit of the values; NaN without pairs.
        low: lower end of the 95 % interval; NaN with fewer than two pairs.
        high: upper end.
        n: pairs.
        p_value: two-sided sign-flip permutation p; NaN with fewer than two pairs. It cannot be below 2 / 2^n.
        standard_error: of the estimate; 0 if all differences are the same.
    """

    estimate: float
    low: float
    high: float
    n: int
    p_value: float
    standard_error: float

    def interval(self, confidence: float) -> Interval:
        """Return Student's t interval of the mean difference (Student 1908) at another confidence than 95 %."""
        if self.n < 2:
            return Interval(self.estimate, math.nan, math.nan, self.n)
        half = float(stats.t.ppf((1 + confidence) / 2, self.n - 1)) * self.standard_error
        return Interval(self.estimate, self.estimate - half, self.estimate + half, self.n)


@dataclass(frozen=True)
class PairedRatio:
    """Geometric mean of value over base, over the replicates that both have.

    Attributes:
        estimate: the ratio; 0.5 means half of the base.
        low: lower end of the 95 % interval; NaN with fewer than two pairs.
        high: upper end.
        n: pairs.
        p_value: as in :class:`PairedDifference`, of the logarithms.
        log: the difference of the natural logarithms that it is made from.
    """

    estimate: float
    low: float
    high: float
    n: int
    p_value: float
    log: PairedDifference


def paired_difference(values: pd.Series[float], base: pd.Series[float]) -> PairedDifference:
    """Compare two variants by the mean difference of their pairs.

    The interval is Student's t interval of the differences. The p-value is that of the sign-flip permutation test
    (Fisher 1935, "The design of experiments", section 21): under the null hypothesis the sign of each difference is a
    coin. All 2^n flips are tried up to 14 pairs; above, 16,383 are drawn from a fixed seed and the observed one is
    counted among them (Phipson & Smyth 2010, "Permutation p-values should never be zero").

    Args:
        values: a value a replicate, indexed by replicate. NaN is missing.
        base: the same of the base.

    Raises:
        ValueError: if a replicate occurs twice in either of them.
    """
    for series in (values, base):
        if not series.index.is_unique:
            raise ValueError(f"each replicate must occur once, got {series.index.tolist()}")
    pairs = pd.concat([values.astype(float), base.astype(float)], axis=1, join="inner").dropna().sort_index()
    differences = pairs.iloc[:, 0].to_numpy() - pairs.iloc[:, 1].to_numpy()
    n = len(differences)
    estimate = float(differences.mean()) if n else math.nan
    if n < 2:
        return PairedDifference(estimate, math.nan, math.nan, n, math.nan, math.nan)
    # The differences of equal-looking decimals differ by the rounding of the values, not by their own.
    scale = 1e-12 * float(np.abs(pairs.to_numpy()).max())
    error = 0.0 if float(np.ptp(differences)) <= scale else standard_error(differences)
    half = float(stats.t.ppf(0.975, n - 1)) * error
    return PairedDifference(estimate, estimate - half, estimate + half, n, _sign_flip(differences), error)


def paired_ratio(values: pd.Series[float], base: pd.Series[float]) -> PairedRatio:
    """Compare two variants by the geometric mean of the ratios of their pairs; for times, steps and rates.

    A ratio of times is steadier than a difference: a slower machine multiplies both (Fleming & Wallace 1986, "How not
    to lie with statistics: the correct way to summarize benchmark results"). Only for values that were all measured:
    a censored time has no logarithm to average.

    Args:
        values: a positive value a replicate, indexed by replicate. NaN is missing.
        base: the same of the base.

    Raises:
        ValueError: if a value is not above 0, or a replicate occurs twice.
    """
    for series in (values, base):
        if (series <= 0).any():
            raise ValueError(f"a ratio needs values above 0, got {series.min():g}")
    log = paired_difference(_log(values), _log(base))
    estimate, low, high = (math.exp(end) for end in (log.estimate, log.low, log.high))
    return PairedRatio(estimate, low, high, log.n, log.p_value, log)


def _log(values: pd.Series[float]) -> pd.Series[float]:
    return pd.Series(np.log(values.to_numpy(dtype=float)), index=values.index)


def _sign_flip(differences: np.ndarray) -> float:
    """Return the share of sign flips whose mean is at least as far from 0 as the one observed."""
    n = len(differences)
    if n <= _EXACT_UP_TO:
        signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        sums = np.abs(signs @ differences)
    else:
        sums = np.abs(2 * (_coins(n) @ differences) - differences.sum())
    observed = abs(differences.sum())
    # Flips that give the same sum in another order of addition count as equal.
    extreme = int(np.sum(sums >= observed - 1e-9 * np.abs(differences).sum()))
    return extreme / 2**n if n <= _EXACT_UP_TO else (extreme + 1) / (_DRAWS + 1)


@functools.lru_cache(maxsize=1)
def _coins(n: int) -> np.ndarray:
    """Return the draws of the permutation test as zeros and ones (draws, n): one matrix for all comparisons of n pairs.

    Float64 in the interest of speed: a comparison is one matrix product.
    """
    random = np.random.default_rng(_SEED)
    packed = np.frombuffer(random.bytes(_DRAWS * -(-n // 8)), np.uint8).reshape(_DRAWS, -1)
    return np.unpackbits(packed, axis=1, count=n).astype(np.float64)
