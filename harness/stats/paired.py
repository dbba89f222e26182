"""Two variants compared replicate by replicate.

Replicate r of every variant has the same split and batch order, so that the difference within a replicate is free of
what they share: fewer replicates tell as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from harness.stats.intervals import Interval, power_of_e, standard_error
from harness.stats.permutation import flipped
from harness.stats.spreads import least_deviation, widening


@dataclass(frozen=True)
class PairedDifference:
    """Mean of value minus base over the replicates that both have.

    Attributes:
        estimate: the mean difference, in the unit of the values; NaN without pairs.
        low: lower end of the 95 % interval; NaN with fewer than two pairs.
        high: upper end.
        n: pairs.
        p_value: two-sided p of Student's t test; NaN with fewer than two pairs. Where all differences are the same,
            of the sign test: twice :attr:`chance_alike`, or 1 if they are 0.
        won: pairs in which the value is above the base's, ties counted half.
        standard_error: of the estimate, widened; 0 if all differences are the same and values do not come in steps.
        deviation: standard deviation of the differences.
        widened: what the standard error was multiplied by because the spreads differ; 1 if they do not surely.
        spreads: standard deviation of the values over the base's; NaN with fewer than two pairs or without any.
        least: least deviation that values in steps are taken to have; 0 where they come in none.
        overlap: held-out over training images of a cross-validation; 0 where pairs are independent.
    """

    estimate: float
    low: float
    high: float
    n: int
    p_value: float
    won: float
    standard_error: float
    deviation: float
    widened: float = 1.0
    spreads: float = math.nan
    least: float = 0.0
    overlap: float = 0.0

    @property
    def chance_alike(self) -> float:
        """Chance that all pairs lie on a given side of no difference where there is none: 1 / 2^n, the sign test's.

        Signs of a cross-validation depend on each other: their sum spreads by the root of 1 + n times the overlap more
        widely (:func:`harness.stats.permutation.flipped`), so that it is compared with one so much smaller.
        """
        least = self.n / math.sqrt(1 + self.n * self.overlap)
        return float(special.bdtrc(math.ceil((self.n + least) / 2 - 1e-9) - 1, self.n, 0.5))

    @property
    def resolved(self) -> float:
        """Standard deviation of the differences, or the least that values in steps are taken to have."""
        return max(self.deviation, self.least)

    @property
    def effect_size(self) -> float:
        """Mean over standard deviation of the differences, corrected for few pairs; NaN without a spread.

        Hedges' g of paired differences (Hedges 1981, "Distribution theory for Glass's estimator of effect size and
        related estimators"; Lakens 2013 calls the uncorrected one d_z).
        """
        if self.n < 2 or not self.deviation > 0:
            return math.nan
        return self.estimate / self.deviation * (1 - 3 / (4 * (self.n - 1) - 1))

    def equivalence_p(self, margin: float) -> float:
        """Return the p-value of "the difference is within plus or minus ``margin``".

        The larger p of two one-sided t tests (Schuirmann 1987, "A comparison of the two one-sided tests procedure").
        Where all differences are the same and within the margin, of the sign test: :attr:`chance_alike`.

        Raises:
            ValueError: if the margin is not above 0.
        """
        if not margin > 0:
            raise ValueError(f"margin must be above 0, got {margin}")
        if self.n < 2:
            return math.nan
        if self.standard_error == 0:
            return self.chance_alike if abs(self.estimate) < margin else 1.0
        return float(special.stdtr(self.n - 1, (abs(self.estimate) - margin) / self.standard_error))

    def not_below_p(self, bound: float) -> float:
        """Return the one-sided p-value of "the difference is above ``bound``", by Student's t; NaN without two pairs.

        With ``bound`` minus a margin this is the test of non-inferiority (Piaggio et al. 2012, "Reporting of
        noninferiority and equivalence randomized trials"). Where all differences are the same, of the sign test.
        """
        if self.n < 2:
            return math.nan
        if self.standard_error == 0:
            return self.chance_alike if self.estimate > bound else 1.0
        return float(special.stdtr(self.n - 1, (bound - self.estimate) / self.standard_error))

    def interval(self, confidence: float) -> Interval:
        """Return Student's t interval of the mean difference (Student 1908) at another confidence than 95 %.

        It leaves out 0 if and only if ``p_value`` is at most 1 minus the confidence. So where all differences are the
        same there is none (NaN) at a confidence that the sign test of so few pairs cannot give.
        """
        if self.n < 2 or (self.standard_error == 0 and 2 * self.chance_alike > 1 - confidence):
            return Interval(self.estimate, math.nan, math.nan, self.n)
        half = float(special.stdtrit(self.n - 1, (1 + confidence) / 2)) * self.standard_error
        return Interval(self.estimate, self.estimate - half, self.estimate + half, self.n)


@dataclass(frozen=True)
class PairedRatio:
    """Geometric mean of value over base, over the replicates that both have.

    Attributes:
        estimate: the ratio; 0.5 means half of the base.
        low: lower end of the 95 % interval; NaN with fewer than two pairs.
        high: upper end.
        n: pairs.
        log: the difference of the natural logarithms that it is made from.
    """

    estimate: float
    low: float
    high: float
    n: int
    log: PairedDifference

    def interval(self, confidence: float) -> Interval:
        """Return the interval at another confidence than 95 %."""
        ends = self.log.interval(confidence)
        return Interval(self.estimate, power_of_e(ends.low), power_of_e(ends.high), self.n)


def paired_difference(
    values: pd.Series[float], base: pd.Series[float], overlap: float = 0.0, step: float = 0.0
) -> PairedDifference:
    """Compare two variants by the mean difference of their pairs.

    Interval and p-value are Student's, of the differences (Student 1908, "The probable error of a mean"). Where two
    variants do not differ, a pair may as well be read the other way round, so that its difference is symmetric about
    0 whatever the distribution of the values; the t test then errs on the safe side with heavy tails (Benjamini 1983,
    "Is the t test really conservative when the parent distribution is long-tailed?"). That is not so where they spread
    differently: there both are widened, see :func:`harness.stats.spreads.widening`.

    Args:
        values: a value a replicate, indexed by replicate. NaN is missing.
        base: the same of the base.
        overlap: for replicates that are not independent since they share training images: held-out images over
            training images. The variance of the mean is then larger by 1 + n times this (Nadeau & Bengio 2003,
            "Inference for the generalization error").
        step: size of the steps that values come in, 1 over the images for shares of images; 0 if they do not.
            Differences are taken to spread by half a step or more.

    Raises:
        ValueError: if a replicate occurs twice in either of them.
    """
    return difference_of_pairs(*pair_up(values, base), overlap, step)


def pair_up(values: pd.Series[float], base: pd.Series[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the replicates that both have, (n,) each, in the order of the replicates.

    Raises:
        ValueError: if a replicate occurs twice in either of them.
    """
    for series in (values, base):
        if not series.index.is_unique:
            raise ValueError(f"each replicate must occur once, got {series.index.tolist()}")
    _, ours, theirs = np.intersect1d(values.index, base.index, assume_unique=True, return_indices=True)
    pairs = np.stack([values.to_numpy(dtype=float)[ours], base.to_numpy(dtype=float)[theirs]])
    one, other = pairs[:, ~np.isnan(pairs).any(axis=0)]
    return one, other


def difference_of_pairs(
    values: np.ndarray, base: np.ndarray, overlap: float = 0.0, step: float = 0.0
) -> PairedDifference:
    """Compare values pair by pair, (n,) each; see :func:`paired_difference`."""
    differences = values - base
    n = len(differences)
    estimate = float(differences.mean()) if n else math.nan
    won = float(np.sum(differences > 0) + np.sum(differences == 0) / 2)
    if n < 2:
        return PairedDifference(estimate, math.nan, math.nan, n, math.nan, won, math.nan, math.nan)
    # The differences of equal-looking decimals differ by the rounding of the values, not by their own.
    scale = 1e-12 * float(max(np.abs(values).max(), np.abs(base).max()))
    deviation = 0.0 if float(np.ptp(differences)) <= scale else standard_error(differences) * math.sqrt(n)
    wider = widening(values, base, step) if deviation else 1.0
    least = least_deviation(step)
    error = max(deviation, least) * math.sqrt(1 / n + overlap) * wider
    p = 2 * float(special.stdtr(n - 1, -abs(estimate) / error)) if error else 1.0
    ours, theirs = (float(np.std(each)) if float(np.ptp(each)) > scale else 0.0 for each in (values, base))
    spreads = ours / theirs if theirs else math.inf if ours else math.nan
    found = PairedDifference(estimate, math.nan, math.nan, n, p, won, error, deviation, wider, spreads, least, overlap)
    if error == 0 and abs(estimate) > scale:
        found = replace(found, p_value=min(1.0, 2 * found.chance_alike))
    ends = found.interval(0.95)
    return replace(found, low=ends.low, high=ends.high)


def sign_flip(values: np.ndarray, base: np.ndarray, overlap: float = 0.0) -> float:
    """Return the two-sided p-value of the sign-flip permutation test of pairs, (n,) each; NaN with fewer than two.

    The share of sign flips whose mean is at least as far from 0 as the one observed: see
    :func:`harness.stats.permutation.flipped`.

    Args:
        values: of each pair.
        base: the same of the base.
        overlap: as in :func:`paired_difference`.
    """
    n = len(values)
    return flipped(values - base, math.sqrt(1 + n * overlap)) if n > 1 else math.nan


def ratio_of_pairs(values: np.ndarray, base: np.ndarray, overlap: float = 0.0) -> PairedRatio:
    """Compare two variants by the geometric mean of the ratios of their pairs; for times, steps and rates.

    A ratio of times is steadier than a difference: a slower machine multiplies both (Fleming & Wallace 1986, "How not
    to lie with statistics: the correct way to summarize benchmark results"). Only for values that were all measured:
    a censored time has no logarithm to average.

    Args:
        values: of each pair, (n,), above 0.
        base: the same of the base.
        overlap: as in :func:`paired_difference`.

    Raises:
        ValueError: if a value is not above 0.
    """
    for pairs in (values, base):
        if (pairs <= 0).any():
            raise ValueError(f"a ratio needs values above 0, got {pairs.min():g}")
    log = difference_of_pairs(np.log(values), np.log(base), overlap)
    estimate, low, high = (power_of_e(end) for end in (log.estimate, log.low, log.high))
    return PairedRatio(estimate, low, high, log.n, log)
