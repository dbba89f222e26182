"""How many times as long a variant takes to a target as the base, where some trials never reach it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from harness.floors import LEVEL, flips_reach
from harness.stats.censored import Times
from harness.stats.gehan import GehanScores
from harness.stats.intervals import Interval, power_of_e
from harness.stats.permutation import dealt, flipped

_LOST = 2
"""Pairs in which neither trial reaches the target, to be reckoned with where some trials do not."""


@dataclass(frozen=True)
class TimeRatio:
    """How many times as long a variant takes to its target, over the replicates that both have.

    It is the number by which all times of the base would have to be multiplied to look like the variant's: the time
    ratio of an accelerated failure time model. If the times differ by a factor alone, it is the ratio of their medians,
    and of all other quantiles.

    Estimate, interval, sign and p-value are of one statistic, the sum of the variant's scores less that of the base's
    (:class:`~harness.stats.gehan.GehanScores`). A training that diverged is later than all that reached the target.

    - The p-value of a ratio supposes that with the variant's times divided by it, the trials of a pair may as well be
      read the other way round; then it is exact, whoever was censored. With enough pairs it is that of all sign flips
      of the differences within pairs (the paired Prentice-Wilcoxon test of O'Brien & Fleming 1987, "A paired
      Prentice-Wilcoxon test for censored paired data", by permutation: with one limit for all trials its scores are
      these). Few pairs have too few sign flips to decide anything. Theirs is the p-value of all ways to deal the trials
      out to the two variants; pairs that go up and down together make it err on the safe side.
    - The interval holds the ratios that the test does not reject (rank-based regression of accelerated failure times:
      Tsiatis 1990, "Estimating regression parameters using linear rank tests for censored data"; Wei, Ying & Lin 1990).
      So 1 is outside of the 95 % interval if, and only if, the p-value is at most 5 %. The upper end is infinite, or
      the lower one 0, where the data set no bound.
    - The estimate is the ratio at which the statistic is 0 (Hodges & Lehmann 1963, "Estimates of location based on
      rank tests"). With these scores it can only fall as the ratio grows (Fygenson & Ritov 1994, "Monotone estimating
      equations for censored data"), so that the estimate is always on the statistic's side of 1. It is infinite if
      the base is ahead whatever the ratio, and 0 if the variant is.

    Attributes:
        n: pairs.
        reached: trials that reached the target, of both variants together.
        paired: whether p-values are those of sign flips.
        shrunk: what the statistic is divided by before it is compared with those of other ways: above 1 in a
            cross-validation.
        scores: of all trials, for any ratio.
    """

    n: int
    reached: int
    paired: bool
    shrunk: float
    scores: GehanScores = field(repr=False, compare=False)

    @property
    def differences(self) -> np.ndarray:
        """Score of the variant less that of the base in each pair, (n,): above 0 where the variant is later."""
        ours, theirs = self.scores.at(0.0)
        apart: np.ndarray = ours - theirs
        return apart

    @cached_property
    def p_value(self) -> float:
        """Two-sided p-value of a ratio of 1; NaN with fewer than two pairs."""
        return self._test(0.0)[1] if self.n > 1 else math.nan

    @cached_property
    def estimate(self) -> float:
        """The ratio; below 1 means sooner. NaN if no trial reached the target."""
        if not self.reached:
            return math.nan
        borders = self.scores.borders
        first = _first_not(borders, lambda log: self.scores.at(log)[0].sum() > 0)
        last = _first_not(borders, lambda log: self.scores.at(log)[0].sum() >= 0) - 1
        if first <= last:
            return math.sqrt(_from(borders, first)) * math.sqrt(_up_to(borders, last))
        # the statistic jumps over 0 at a border, and belongs to one side there
        return _up_to(borders, last) if first % 2 else _from(borders, first)

    def interval(self, confidence: float) -> Interval:
        """Return the ratios not rejected at a level of 1 less the confidence; its ends are NaN without two pairs."""
        if self.n < 2 or math.isnan(self.estimate):
            return Interval(self.estimate, math.nan, math.nan, self.n)
        borders, level = self.scores.borders, round(1 - confidence, 12)
        first = _first_not(borders, lambda log: self._rejected(log, level) > 0)
        last = _first_not(borders, lambda log: self._rejected(log, level) >= 0) - 1
        # Where many trials are level a p-value need not fall steadily on both sides of the estimate.
        low, high = min(_from(borders, first), self.estimate), max(_up_to(borders, last), self.estimate)
        return Interval(self.estimate, low, high, self.n)

    def _test(self, log_ratio: float) -> tuple[float, float]:
        """Return the statistic for the logarithm of a ratio, above 0 where the ratio is too small, and its p-value."""
        ours, theirs = self.scores.at(log_ratio)
        return float(ours.sum()), (
            flipped(ours - theirs, self.shrunk) if self.paired else dealt(ours, theirs, self.shrunk)
        )

    def _rejected(self, log_ratio: float, level: float) -> int:
        """Return 1 if a ratio is rejected as too small, -1 if as too large, 0 if it is not."""
        statistic, p = self._test(log_ratio)
        return 0 if p > level else 1 if statistic > 0 else -1


def time_ratio(values: Times, base: Times, level: float = LEVEL, overlap: float = 0.0) -> TimeRatio:
    """Compare the times of two variants, over the replicates that both have.

    Which of its two tests is used depends on the number of pairs, and on how many trials reached the target, of both
    variants together: on nothing that either test goes by.

    Args:
        values: of a variant.
        base: of the base.
        level: the level that the p-value will have to meet: where many comparisons are made, a share of 5 %.
        overlap: for replicates that are not independent since they share training images: held-out images over
            training images. The variance of the statistic is then larger by 1 + n times this (Nadeau & Bengio 2003,
            "Inference for the generalization error").
    """
    both = values.at.index.intersection(base.at.index).sort_values()
    ours, theirs = values.of(both), base.of(both)
    n, missed, base_missed = len(both), ours.missed.to_numpy(dtype=bool), theirs.missed.to_numpy(dtype=bool)
    reached = 2 * n - int(missed.sum() + base_missed.sum())
    # a pair in which neither reached the target does not count in a sign flip
    paired = flips_reach(min(n, reached - _LOST), level)
    scores = GehanScores(ours.at.to_numpy(dtype=float), missed, theirs.at.to_numpy(dtype=float), base_missed)
    return TimeRatio(n, reached, paired, math.sqrt(1 + n * overlap), scores)


def within_margin_p(values: Times, base: Times, margin: float, level: float = LEVEL, overlap: float = 0.0) -> float:
    """Return the p-value of "the times differ by less than a margin": the larger of two one-sided ones.

    The tests are those of :func:`time_ratio`, halved: whether the variant's times are before the base's when the margin
    is added to these, and whether they are after the base's when it is added to the variant's (Schuirmann 1987, for
    times that differ by a shift).

    Args:
        values: of a variant.
        base: of the base.
        margin: difference that does not matter, in the unit of the times; above 0.
        level: as in :func:`time_ratio`.
        overlap: as there.

    Returns:
        NaN with fewer than two pairs, and if no trial reached the target.
    """
    found = (
        time_ratio(Times(base.at + margin, base.missed), values, level, overlap),
        time_ratio(Times(values.at + margin, values.missed), base, level, overlap),
    )
    if found[0].n < 2 or not found[0].reached:
        return math.nan
    return max(one.p_value / 2 if one.differences.sum() > 0 else 1 - one.p_value / 2 for one in found)


# Between two borders no score changes. So there are finitely many places for a ratio to be: place 0 is below all
# borders, 1 is the first border, 2 is between the first two, and so on to 2k, above all k of them.


def _first_not(borders: np.ndarray, holds: Callable[[float], bool]) -> int:
    """Return the first place at whose ratio something no longer holds; 2k + 1 if it holds everywhere.

    It is looked for from the ratio 1 on, so that what is found never contradicts what holds there.
    """
    one = 2 * int(np.searchsorted(borders, 0.0)) + 1
    low, high = (one, 2 * len(borders) + 1) if holds(0.0) else (-1, one)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(_log_at(borders, middle)) else (low, middle)
    return high


def _log_at(borders: np.ndarray, place: int) -> float:
    """Return the logarithm of a ratio at a place."""
    if place % 2:
        return float(borders[place // 2])
    around = borders[max(0, place // 2 - 1) : place // 2 + 1]
    outside = 1.0 if place else -1.0
    return float(around.mean()) if len(around) == 2 else float(around[0]) + outside


def _from(borders: np.ndarray, place: int) -> float:
    """Return the smallest ratio at a place or above it."""
    if not 0 < place <= 2 * len(borders):
        return math.inf if place else 0.0
    border = power_of_e(float(borders[(place - 1) // 2]))
    return border if place % 2 else math.nextafter(border, math.inf)


def _up_to(borders: np.ndarray, place: int) -> float:
    """Return the largest ratio at a place or below it."""
    if not 0 <= place < 2 * len(borders):
        return math.inf if place > 0 else 0.0
    border = power_of_e(float(borders[place // 2]))
    return border if place % 2 else math.nextafter(border, 0.0)
