"""Which of several points are Pareto-optimal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def front_of(points: Sequence[Sequence[float]] | np.ndarray, signs: Sequence[int]) -> list[bool]:
    """Return of each point whether no other is at least as good in everything and better in something.

    Equal points are both on the front or both off it. A point without a value somewhere (NaN) is never on it.

    Args:
        points: (n, objectives), a row a point.
        signs: of each objective 1 if more is better, -1 if less is.
    """
    if not len(points):
        return []
    gains = np.array(points, dtype=float) * np.array(signs, dtype=float)
    known = gains[~np.isnan(gains).any(axis=1)]
    # row by row: a square of all pairs would take gigabytes of a search of 10,000 trials
    return [
        not (np.isnan(one).any() or ((known >= one).all(axis=1) & (known > one).any(axis=1)).any()) for one in gains
    ]
