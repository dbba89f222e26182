"""Which variants of a search are best, by one objective or several."""

from __future__ import annotations

from collections.abc import Mapping


def rank(values: Mapping[str, tuple[float, ...]], better: list[str]) -> list[str]:
    """Return keys best first: by the value, or with several by Pareto front and the first objective within it.

    A front holds what nothing left over dominates (Deb et al. 2002, NSGA-II, non-dominated sorting).
    """
    signed = {
        key: tuple(value if way == "higher" else -value for value, way in zip(row, better, strict=True))
        for key, row in values.items()
    }
    order: list[str] = []
    left = dict(signed)
    while left:
        front = [
            key
            for key, row in left.items()
            if not any(all(a >= b for a, b in zip(other, row, strict=True)) and other != row for other in left.values())
        ]
        order += sorted(front, key=lambda key: signed[key], reverse=True)
        for key in front:
            del left[key]
    return order
