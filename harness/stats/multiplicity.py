"""Many comparisons, looked at more than once, with one error rate for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_GROWTH = 1.5
_CLOSE = 1.25
"""A last step smaller than this factor is joined with the one before."""


def holm(p_values: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Return p-values adjusted for their number, in the order given.

    An adjusted value of at most 5 % may be claimed; the chance of one false claim among all is then at most 5 %,
    however the tests depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure";
    with weights the procedure of its section 4).

    Args:
        p_values: NaN where there was no test, which counts as none and stays NaN.
        weights: above 0, one a p-value: each gets that part of the error among those that are not yet claimed. All
            the same by default.
    """
    given = np.asarray(p_values, dtype=float)
    weight = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=float)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested] / weight[tested], kind="stable")]
    adjusted = np.full(len(given), math.nan)
    factors = np.cumsum(weight[order][::-1])[::-1] / weight[order]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return [float(p) for p in adjusted]


@dataclass(frozen=True)
class Looks:
    """When the data of a comparison are looked at, and how much of the error each look may spend.

    Each look gets the share of the error that its new pairs are of all pairs: of 3, 5, 8, 12, 18 and 30 pairs the
    first gets 10 %, the last 40 %. The shares sum to 1, so that by Bonferroni's inequality the looks together err no
    more often than one test would, for any distribution and any dependence (alpha spending: Lan & DeMets 1983,
    "Discrete sequential boundaries for clinical trials"; linear in information: Kim & DeMets 1987).

    Attributes:
        sizes: pairs at each look, increasing. One for a study with a fixed number of replicates.
    """

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < 1 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"sizes must increase from 1 or more, got {self.sizes}")

    def share(self, look: int) -> float:
        """Return the share of the error that look number ``look``, from 0, may spend."""
        before = self.sizes[look - 1] if look else 0
        return (self.sizes[look] - before) / self.sizes[-1]

    def at(self, pairs: int) -> int:
        """Return the number of the look that so many pairs belong to: the next that is to come, or the last."""
        return next((look for look, size in enumerate(self.sizes) if pairs <= size), len(self.sizes) - 1)

    def after(self, pairs: int) -> int:
        """Return how many pairs the next look needs; what there is already if there is none."""
        return next((size for size in self.sizes if size > pairs), pairs)


def looks(first: int, last: int) -> Looks:
    """Return looks from ``first`` to ``last`` pairs, each half as many again as the one before.

    Raises:
        ValueError: unless 1 <= first <= last.
    """
    if not 1 <= first <= last:
        raise ValueError(f"looks go from at least 1 pair up, got {first} to {last}")
    sizes = [first]
    while sizes[-1] < last:
        sizes.append(min(last, math.ceil(_GROWTH * sizes[-1])))
    if len(sizes) > 2 and last < _CLOSE * sizes[-2]:
        del sizes[-2]
    return Looks(tuple(sizes))


def over_looks(p_values: Sequence[float], plan: Looks) -> float:
    """Return one p-value for the p-values of the looks so far, the first look first.

    It is the smallest of them, each divided by its look's share of the error: the weighted Bonferroni inequality.
    It can only fall from look to look, so that what was claimed stays claimed.

    Args:
        p_values: one for each look that was taken; NaN where there was no test.
        plan: the looks.
    """
    weighted = [p / plan.share(look) for look, p in enumerate(p_values) if not math.isnan(p)]
    return min(1.0, *weighted) if weighted else math.nan
