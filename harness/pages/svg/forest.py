"""Estimates with intervals below each other."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.findings.figures import ForestFigure
from harness.pages.svg.style import plain_axes, report_style, svg_of

_VERDICT_COLOURS = {"better": "#009E73", "worse": "#D55E00", "equivalent": "#0072B2", "identical": "#0072B2"}
_VERDICT_MARKERS = {"better": "^", "worse": "v", "equivalent": "s", "identical": "D"}
_BEYOND = 1.25
"""How far an axis goes on where an interval has no bound: as a factor, or with that share of its length."""


def draw_forest(figure: ForestFigure) -> str:
    """Return estimates with intervals below each other; filled where the verdict is decided."""
    with report_style():
        canvas = Figure(figsize=(6.4, 0.95 + 0.27 * len(figure.estimates)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.axvline(figure.neutral, color="#555555", linewidth=1.2)
        if figure.margin:
            axes.axvspan(figure.neutral - figure.margin, figure.neutral + figure.margin, color="#e4e4e4", linewidth=0)
        if figure.logarithmic:
            axes.set_xscale("log")
        least, most = ends_of(figure)
        for place, estimate in enumerate(figure.estimates):
            colour = _VERDICT_COLOURS.get(estimate.verdict, "#555555")
            low, high = (min(max(end, least), most) for end in (estimate.low, estimate.high))
            if not (math.isnan(estimate.low) or math.isnan(estimate.high)):
                axes.plot([low, high], [place, place], color=colour, linewidth=1.6)
            for end, shown, arrow in ((estimate.low, low, "<"), (estimate.high, high, ">")):
                if shown != end and not math.isnan(end):
                    axes.plot(shown, place, arrow, color=colour, markersize=4)
            decided = estimate.verdict in _VERDICT_MARKERS
            face = colour if decided else "white"
            axes.plot(
                min(max(estimate.value, least), most),
                place,
                _VERDICT_MARKERS.get(estimate.verdict, "o"),
                color=colour,
                markerfacecolor=face,
            )
        labels = [textwrap.shorten(estimate.label, 44, placeholder=" …") for estimate in figure.estimates]
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        if figure.logarithmic:
            mark_ratios(axes)
        axes.set_xlabel(figure.x_title)
        plain_axes(axes)
        axes.grid(visible=False, axis="y")
        return svg_of(canvas)


def ends_of(figure: ForestFigure) -> tuple[float, float]:
    """Return from where to where the axis goes: a little beyond all that is finite, where something is not bounded.

    An interval without a bound (infinite, or 0 on an axis of ratios) then ends in an arrow.
    """
    ends = [end for one in figure.estimates for end in (one.value, one.low, one.high) if not math.isnan(end)]
    bounded = [end for end in ends if math.isfinite(end) and (end > 0 or not figure.logarithmic)]
    if len(bounded) == len(ends):
        return -math.inf, math.inf
    low, high = min([*bounded, figure.neutral]), max([*bounded, figure.neutral])
    if figure.logarithmic:
        return low / _BEYOND, high * _BEYOND
    beyond = (_BEYOND - 1) * (high - low)
    return low - beyond, high + beyond


def mark_ratios(axes: Axes) -> None:
    """Mark a logarithmic axis at 1, 2 and 5 of each power of ten, or evenly where it is too short for that."""
    low, high = axes.get_xlim()
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [first * 10.0**power for power in powers for first in (1, 2, 5) if low <= first * 10.0**power <= high]
    if len(ticks) < 3:
        ticks = [
            tick for tick in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= tick <= high
        ]
    elif len(ticks) > 7:
        ticks = [tick for tick in ticks if math.log10(tick).is_integer()]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(low, high)
