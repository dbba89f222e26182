"""Which variants of a search are best, by one objective or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def rank(values: Mapping[str, tuple[float, ...]], better: Sequence[str]) -> list[str]:
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


def best_reaching(
    values: Mapping[str, tuple[float, ...]], better: Sequence[str], levels: Sequence[float], top: int
) -> list[str]:
    """Return, for each level of the first objective, the keys that are best in the last one among those that reach it.

    Args:
        values: key -> its objectives.
        better: "higher" or "lower" for each objective.
        levels: of the first objective.
        top: keys for each level, at most.
    """
    first, last = ((1 if way == "higher" else -1) for way in (better[0], better[-1]))
    chosen: list[str] = []
    for level in levels:
        reach = [key for key, row in values.items() if first * row[0] >= first * level]
        reach.sort(key=lambda key: (last * values[key][-1], first * values[key][0]), reverse=True)
        chosen += [key for key in reach[:top] if key not in chosen]
    return chosen
