"""The smallest p-values that few replicates can have: arithmetic, for commands that must not load a library for it."""

from __future__ import annotations

import math

LEVEL = 0.05
"""Chance of one false claim among all that a report makes."""
_SPARE = 4
"""Sign flips are used where they can reach a level this many times smaller than the one that is needed."""


def flips_reach(pairs: int, level: float) -> bool:
    """Return whether the sign flips of so many pairs can reach a level, with something to spare."""
    return _SPARE * _least_of_flips(pairs) <= level


def smallest_p(pairs: int, level: float = LEVEL) -> float:
    """Return the smallest p-value that so many pairs of times can have, however far apart they are.

    Where some trials never reached the target, the test is a permutation test, and its p-value counts ways. See
    :func:`harness.stats.time_ratio` for which ways.

    Args:
        pairs: how many; 1 or more.
        level: the level that the p-value will have to meet: where many comparisons are made, a share of 5 %.
    """
    if flips_reach(pairs, level):
        return _least_of_flips(pairs)
    return min(1.0, 2 / math.comb(2 * pairs, pairs))


def _least_of_flips(pairs: int) -> float:
    return min(1.0, 2 * 0.5**pairs)
