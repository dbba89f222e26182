"""When growing data are looked at, and how much of the error each look may spend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_GROWTH = 1.25
_CLOSE = 1.1
"""A last step smaller than this factor is joined with the one before."""
_POWER = 3
"""Of the share of all pairs, by which errors are spent: late, so that the last look keeps most of its power."""
_FIXED = 0.9
"""What a fixed number of replicates spends at its one look. The rest is for those who go on."""
_ADAPTIVE = 0.95
_AT_MOST = 0.98
"""What all looks may spend together. The rest is for what normal scores of t statistics are off, see
:mod:`harness.stats.sequential`."""


@dataclass(frozen=True)
class Looks:
    """When the data of a comparison are looked at, and the share of the error that each look may spend.

    Attributes:
        sizes: replicates at each look, increasing. One for a study with a fixed number of replicates.
        shares: of the error, of each look; together at most 1.
    """

    sizes: tuple[int, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < 1 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"sizes must increase from 1 or more, got {self.sizes}")
        if len(self.shares) != len(self.sizes) or min(self.shares) <= 0 or math.fsum(self.shares) > 1:
            raise ValueError(f"shares must be above 0, one a size, and sum to 1 at most, got {self.shares}")

    def up_to(self, size: int) -> tuple[int, ...]:
        """Return the sizes of the looks up to so many replicates."""
        return tuple(one for one in self.sizes if one <= size)

    def with_pairs(self, pairs: Sequence[int]) -> Looks:
        """Return the looks by the pairs that they had: some broke, or do not count. What was lost stays lost.

        Boundaries go by how much of what a look sees was seen before, and those of looks that were taken do not move.

        Args:
            pairs: of each look so far, not decreasing.
        """
        if len(self.sizes) == 1:
            return self
        lost = self.sizes[len(pairs) - 1] - pairs[-1]
        sizes = [*pairs, *(size - lost for size in self.sizes[len(pairs) :])]
        for place, size in enumerate(sizes):
            sizes[place] = max(size, sizes[place - 1] + 1 if place else 1)
        return self if tuple(sizes) == self.sizes else Looks(tuple(sizes), self.shares)

    def cut(self, most: int) -> Looks:
        """Return the looks up to so many replicates; the first one at least."""
        kept = max(1, len(self.up_to(most)))
        return Looks(self.sizes[:kept], self.shares[:kept])


def once(size: int) -> Looks:
    """Return one look, which spends all of the error: nobody will go on."""
    return Looks((max(1, size),), (1.0,))


def planned(first: int, last: int) -> Looks:
    """Return the looks of a plan from ``first`` to ``last`` replicates.

    A fixed number is looked at once. Else each look has a quarter more than the one before, two at least. It spends
    what (its size / last)³ grows by: the power family of error spending functions (Kim & DeMets 1987, "Design and
    analysis of group sequential tests based on the type I error spending rate function"), here between the boundaries
    of O'Brien & Fleming and of Pocock.

    Raises:
        ValueError: unless 1 <= first <= last.
    """
    if not 1 <= first <= last:
        raise ValueError(f"looks go from at least 1 pair up, got {first} to {last}")
    if first == last:
        return Looks((last,), (_FIXED,))
    sizes = [first]
    while sizes[-1] < last:
        sizes.append(min(last, max(sizes[-1] + 2, math.ceil(_GROWTH * sizes[-1]))))
    if len(sizes) > 2 and last < _CLOSE * sizes[-2]:
        del sizes[-2]
    return Looks(tuple(sizes), _spend(sizes, _ADAPTIVE))


def continued(plan: Looks, first: int, last: int, seen: int) -> Looks:
    """Return the looks of a study whose plan was changed when there were results.

    What was planned keeps its shares, so that boundaries of looks that were taken do not move. New looks spend half
    of what is left, together. None of them comes before what is there already: who asks for less has seen more.

    Args:
        plan: the looks before.
        first: the fewest replicates from now on.
        last: the most.
        seen: replicates that there were.
    """
    if not seen or plan.sizes[-1] < 2:  # nothing could be told before
        return planned(first, last)
    sizes = sorted({max(size, seen) for size in planned(first, last).sizes} - set(plan.sizes))
    if not sizes:
        return plan
    shares = _spend(sizes, (_AT_MOST - math.fsum(plan.shares)) / 2)
    every = sorted([*zip(plan.sizes, plan.shares, strict=True), *zip(sizes, shares, strict=True)])
    return Looks(tuple(size for size, _ in every), tuple(share for _, share in every))


def _spend(sizes: list[int], total: float) -> tuple[float, ...]:
    spent = (np.array(sizes) / sizes[-1]) ** _POWER
    return tuple(float(share) for share in total * np.diff(spent, prepend=0.0))
