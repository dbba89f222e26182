"""Where axes are marked: at round numbers, and never so close that labels overprint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

_EM = 0.62
"""Width of a character over the size of its font; digits of DejaVu Sans, one of the widest fonts in use, have 0.64."""
_LINEAR = 0.2
"""How high the linear part of an axis of shares is, in decades of errors."""
_FIRSTS = ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
"""Marks of each power of ten, the most first."""


def write_number(number: float) -> str:
    """Write the number of a mark: ``0.001``, ``30,000``; powers of ten beyond a million as people say them."""
    for size, name in ((1e9, " billion"), (1e6, " million")):
        if abs(number) >= size:
            return f"{number / size:g}{name}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:g}"


def text_width(text: str, size: float) -> float:
    """Return about how many points a text of a font size is wide."""
    return max((len(line) for line in text.split("\n")), default=0) * _EM * size


def log_marks(low: float, high: float, most: int = 6) -> list[float]:
    """Return where a logarithmic axis is marked: at 1, 2 and 5 of each power of ten, at fewer of a long axis.

    At more of a short one, and evenly where it is too short for three of these.
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for firsts in _FIRSTS:
        marks = [float(f"{first * 10.0**power:.3g}") for power in powers for first in firsts]
        marks = [mark for mark in marks if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]
        if len(marks) < 3:
            even = MaxNLocator(most - 1, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            return [float(f"{mark:.6g}") for mark in even if low <= mark <= high]
        if len(marks) <= most:
            return marks
    return marks[:: math.ceil(len(marks) / most)]


def mark_log(axes: Axes, which: Literal["x", "y"] = "x") -> None:
    """Mark an axis that is logarithmic already, whose ends are set by what is drawn, without the marks between."""
    axis: Axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = sorted(axis.get_view_interval())
    marks = log_marks(low, high)
    axis.set_ticks(marks, [write_number(mark) for mark in marks])
    axis.set_ticks([], minor=True)
    axis.set_view_interval(low, high, ignore=True)


def error_axis(axes: Axes, values: Sequence[float]) -> None:
    """Make the y axis of shares (%) logarithmic in what is missing to 100 %, and mark it with the shares.

    From 98 to 99 % is then as far as from 96 to 98 %: half of the errors. Above the smallest error that there is the
    axis is linear, so that 100 % has a place.

    Args:
        axes: the axes.
        values: everything that is to be seen, in %; what is no number is passed over.
    """
    known = [value for value in values if math.isfinite(value)]
    errors = [100 - value for value in known if value < 100] or [1.0]
    least, most = min(errors), max(errors)

    def heights(shares: np.ndarray) -> Any:
        missing = 100 - np.asarray(shares, dtype=float)
        return np.where(missing < least, _LINEAR * (1 - missing / least), 0) - np.log10(np.maximum(missing, least))

    def shares(heights: np.ndarray) -> Any:
        above = np.asarray(heights, dtype=float) + math.log10(least)
        return 100 - np.where(above > 0, least * (1 - above / _LINEAR), least * 10.0 ** -np.minimum(above, 0))

    axes.set_yscale("function", functions=(heights, shares))
    every = any(value >= 100 for value in known)
    top, bottom = float(heights(np.array(100.0))) if every else -math.log10(least), -math.log10(most)
    room = 0.07 * (top - bottom) or 0.05
    axes.set_ylim(max(0.0, float(shares(np.array(bottom - room)))), float(shares(np.array(top + room))))
    marks = [
        round(100 - error, 9) for error in log_marks(least * 10 ** -(0 if every else room), 100 - axes.get_ylim()[0])
    ]
    marks += [100.0] if every else []
    axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
    axes.set_yticks([], minor=True)


def mark_places(canvas: Figure, axes: Axes, places: Sequence[float], texts: Sequence[str], size: float = 10) -> None:
    """Mark the x axis at some places, and write only so many of their texts that none overprints another.

    The ends are kept, then what fits between from the left; each place has its stroke.
    """
    if not places:
        return
    axes.set_xticks(list(places), ["" for _ in places])
    axes.set_xticks([], minor=True)
    canvas.draw_without_rendering()  # where things are is known once the layout has been worked out
    across = [float(axes.transData.transform((place, 0))[0]) * 72 / canvas.dpi for place in places]
    kept = fitting(across, [text_width(text, size) for text in texts])
    axes.set_xticks(list(places), [text if keep else "" for text, keep in zip(texts, kept, strict=True)])


def fitting(places: Sequence[float], widths: Sequence[float], gap: float = 4) -> list[bool]:
    """Return which of several labels, centred at places, can be written without touching: the ends first."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    kept: list[int] = []
    for at in [*order[:1], *order[:0:-1][:1], *order[1:-1]]:
        apart = (abs(places[at] - places[other]) >= (widths[at] + widths[other]) / 2 + gap for other in kept)
        if all(apart):
            kept.append(at)
    return [at in kept for at in range(len(places))]
