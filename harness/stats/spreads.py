"""Where Student's t promises too much: variants that spread differently, and values that come in steps."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from scipy import special

_UNLIKE = 0.05
"""Level at which two spreads are taken to differ. Where they do not, so many comparisons are widened for nothing."""
_IN_RANKS = 0.2
"""Level at which their ranks must say so too: a single value far out is no spread."""
_TAIL = 1.3
"""By how much a skewed tail widens the interval of one pair; of n pairs by the root of n less.

To first order the upper quantile t of a mean's t statistic grows by skewness (2 t² + 1) / (6 √n) (Johnson 1978,
"Modified t tests and confidence intervals for asymmetrical populations"), which is this many times t / √n for a
skewness of 1.4 and t from 2 to 3: a variant with three times the base's spread and noise as skewed as that of
accuracies near 100 % (log-normal, sigma 0.5).
"""
_FEWEST = 5
"""Pairs from which a difference of spreads can be seen at all: three-fold ones are, of five, in four studies of ten."""
_FINEST = 100_000
"""Images of the largest set whose share of one image is told from noise."""


def widening(values: np.ndarray, base: np.ndarray, step: float = 0.0) -> float:
    """Return by what to multiply the standard error of the mean difference of pairs; 1 of fewer than five.

    Where two variants have the same distribution, differences are symmetric, and the t test is right or errs on the
    safe side. Where one spreads more, the differences take the shape of its noise. If that is skewed, the pairs that
    lack the tail look both steady and different: the t test claims too often. The few pairs do not show how skewed
    they are, but they may show that the spreads differ: then the standard error is multiplied by 1 + 1.3 / √n.

    The test is that of Pitman (1939) and Morgan (1939), "A test for the significance of the difference between the two
    variances in a sample from a normal bivariate population": of the correlation between sum and difference. For the
    sake of heavy tails, where it fires too often, the correlation of their ranks must agree (Spearman 1904).

    Args:
        values: of each pair, (n,).
        base: the same of the base.
        step: size of the steps that values come in; 0 if they do not. Each value counts as spread by as much as
            rounding to them adds, step² / 12 (Sheppard 1898), so that a few equal values are not yet without spread.
    """
    n = len(values)
    if n < _FEWEST:
        return 1.0
    sums, differences = values + base, values - base
    rounding = (n - 1) * step**2 / 6
    if not _correlated(sums, differences, _UNLIKE, rounding):
        return 1.0
    agree = _correlated(_ranks(sums), _ranks(differences), _IN_RANKS)
    return wider(n) if agree else 1.0


def wider(n: int) -> float:
    """Return what the standard error of n pairs is multiplied by where spreads differ."""
    return 1 + _TAIL / math.sqrt(n)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks (n,), those of equal values their mean; scipy's take ten times as long for so few."""
    ordered = np.sort(values)
    return ordered.searchsorted(values, "left") + ordered.searchsorted(values, "right")


def _correlated(one: np.ndarray, other: np.ndarray, level: float, more: float = 0.0) -> bool:
    """Whether two are correlated, by Student's t; ``more`` is added to the squares of each."""
    one, other = one - one.sum() / len(one), other - other.sum() / len(other)
    size = (float(one @ one) + more) * (float(other @ other) + more)
    return size > 0 and float(one @ other) ** 2 > _least(len(one), level) * size


@functools.lru_cache
def _least(n: int, level: float) -> float:
    """Return the square of the correlation of n pairs from which it is not chance, by Student's t."""
    t = float(special.stdtrit(n - 2, 1 - level / 2))
    return t**2 / (n - 2 + t**2)


def least_deviation(step: float) -> float:
    """Return the least standard deviation that differences of values in steps are taken to have.

    A difference that lies between two steps comes out as the upper one for a share f of the pairs and as the lower one
    for the others: its variance is f (1 - f) step², at most step² / 4 (Popoviciu 1935). A few pairs may all come out
    alike; the interval of their mean must not be narrower for that than the steps let it be.
    """
    return step / 2


def step_of(values: Iterable[float]) -> float:
    """Return the step of which all values are whole multiples, 1 over the least number of images; 0 if there is none.

    Shares of images are such values: 0.9875 and 0.95 are 79 and 76 of 80.

    Args:
        values: shares, from 0 to 1, as doubles.
    """
    images = 1
    for value in values:
        near = Fraction(value).limit_denominator(_FINEST)
        images = math.lcm(images, near.denominator)
        if images > _FINEST or abs(float(near) - value) > 1e-12:
            return 0.0
    return 1 / images
