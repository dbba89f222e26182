"""Logarithmic axes with few, round marks."""

from __future__ import annotations

import math
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

_ROUND = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8))
_FEWEST, _MOST = 3, 7


def mark_logarithmic(axes: Axes, which: Literal["x", "y"], low: float, high: float, zero: float | None = None) -> None:
    """Give one of the axes a logarithmic scale from low to high, marked at round numbers.

    Of the coarsest marks that are at least three; evenly where the axis is too short for any. What is not above 0 is
    not drawn.

    Args:
        axes: the axes.
        which: "x" or "y".
        low: its lower end, above 0.
        high: its upper end.
        zero: where values of 0 are drawn, marked as 0; None if there are none.
    """
    axis = axes.xaxis if which == "x" else axes.yaxis
    if which == "x":
        axes.set_xscale("log", nonpositive="mask")
        axes.set_xlim(low, high)
    else:
        axes.set_yscale("log", nonpositive="mask")
        axes.set_ylim(low, high)
    ticks = round_marks(low if zero is None else zero * 1.3, high)
    axis.set_major_locator(FixedLocator(ticks if zero is None else [zero, *ticks]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value == zero else f"{value:,.6g}"))
    axis.set_minor_locator(NullLocator())


def round_marks(low: float, high: float) -> list[float]:
    """Return from three to seven round numbers between two positive ones; fewer only where the two are equal."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for firsts in _ROUND:
        marks = [float(f"{first}e{power}") for power in powers for first in firsts]
        inside = [mark for mark in marks if low <= mark <= high]
        if len(inside) >= _FEWEST:
            every = math.ceil(len(inside) / _MOST)
            return inside[::-every][::-1]
    even = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(mark) for mark in even if low <= mark <= high]
