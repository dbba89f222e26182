"""A curve in one line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw values as blocks, the lowest of them as ``▁`` and the highest as ``█``; all equal as ``▄``.

    Args:
        values: in their order. One that is not finite leaves a gap.
        width: characters at most. Of more values than that, neighbours share a character, which shows their mean.

    Returns:
        A character for each value, or ``width`` of them.
    """
    shared = [_mean(part) for part in _shared(values, width)]
    finite = [value for value in shared if math.isfinite(value)]
    if not finite:
        return GAP * len(shared)
    low, high = min(finite), max(finite)

    def block(value: float) -> str:
        if not math.isfinite(value):
            return GAP
        if high == low:
            return BLOCKS[3]
        return BLOCKS[min(7, int(8 * (value - low) / (high - low)))]

    return "".join(block(value) for value in shared)


def place_of(index: int, count: int, width: int) -> int:
    """Return the character, from 0, in which :func:`sparkline` draws a value.

    Args:
        index: the value's, from 0.
        count: how many values there are.
        width: characters at most.
    """
    return index if count <= width else index * width // count


def _shared(values: Sequence[float], width: int) -> list[list[float]]:
    parts: list[list[float]] = [[] for _ in range(min(len(values), width))]
    for index, value in enumerate(values):
        parts[place_of(index, len(values), width)].append(value)
    return parts


def _mean(values: list[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return sum(finite) / len(finite) if finite else math.nan
