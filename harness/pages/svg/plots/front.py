"""Variants by cost and value, the best that so much buys as a staircase."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.findings.plots.front import FrontFigure, FrontPoint
from harness.pages.svg.labels import write_beside
from harness.pages.svg.marks import mark
from harness.pages.svg.style import FAINT, PALETTE, PAPER, SOFT, plain_axes, report_style, svg_of
from harness.pages.svg.ticks import error_axis, mark_log, write_number

_COLOUR = PALETTE[0]


def draw_front(figure: FrontFigure) -> str:
    """Return the SVG document of variants by cost and value; what none beats is filled and on the stairs."""
    with report_style():
        canvas = Figure(figsize=(6.4, 4.4), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        _scales(axes, figure)
        ends = axes.get_xlim()
        _levels(axes, figure)
        if figure.explored:
            _scatter(axes, figure.explored, "explored once (no evidence)", FAINT, size=4)
        x, y = stairs_of(figure, ends)
        axes.plot(x, y, color=_COLOUR, linewidth=1.4, alpha=0.75, label="the best that so much buys")
        for point in figure.points:
            _trainings(axes, point)
        beaten = [point for point, on_it in zip(figure.points, figure.front, strict=True) if not on_it]
        if beaten:
            _scatter(axes, beaten, f"{figure.points_title}, beaten in both", _COLOUR, size=6)
        if figure.stairs:
            _scatter(axes, figure.stairs, f"{figure.points_title}, beaten by none", _COLOUR, size=6, filled=True)
        axes.set_xlim(ends)
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(textwrap.fill(figure.y_title, 34))
        plain_axes(axes)
        canvas.legend(loc="outside lower left", frameon=False, fontsize=9, ncols=2, columnspacing=1.5)
        shown = [*figure.points, *figure.explored]
        write_beside(
            canvas,
            axes,
            [(point.cost, point.value) for point in shown],
            [point.told for point in shown],
            taken=[*_intervals(figure), *zip(x, y, x[1:], y[1:], strict=False)],
        )
        return svg_of(canvas)


def stairs_of(figure: FrontFigure, ends: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Return the corners of the stairs: level until a cost buys more, then straight up.

    Where a low cost is good they go on to the end of a high one: for more the same can be had.
    """
    steps = figure.stairs if figure.cheap == "lower" else figure.stairs[::-1]
    x: list[float] = []
    y: list[float] = []
    for point in steps:
        if y:
            x.append(point.cost)
            y.append(y[-1])
        x.append(point.cost)
        y.append(point.value)
    if y:
        x.append(max(ends) if figure.cheap == "lower" else min(ends))
        y.append(y[-1])
    return x, y


def _intervals(figure: FrontFigure) -> list[tuple[float, float, float, float]]:
    """Return the lines that the intervals and trainings take up."""
    spans = [(point.cost, *_span(point)) for point in figure.points]
    return [(cost, low, cost, high) for cost, low, high in spans]


def _span(point: FrontPoint) -> tuple[float, float]:
    """Return from where to where a point's interval and trainings reach."""
    known = [value for value in (point.value, point.low, point.high, *point.each) if not math.isnan(value)]
    return min(known), max(known)


def _scales(axes: Axes, figure: FrontFigure) -> None:
    """Set both axes to hold everything that is drawn, with room for words at the sides."""
    shown = [*figure.points, *figure.explored]
    costs = [point.cost for point in shown]
    heights = [end for point in shown for end in _span(point)]
    if figure.logarithmic:
        axes.set_xscale("log")
        room = (max(costs) / min(costs)) ** 0.1
        axes.set_xlim(min(costs) / room, max(costs) * room)
        mark_log(axes)
    else:
        room = 0.1 * (max(costs) - min(costs)) or 0.1 * abs(max(costs)) or 1.0
        axes.set_xlim(min(costs) - room, max(costs) + room)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: write_number(x)))
    low, high = min(heights), max(heights)
    room = 0.07 * (high - low) or 0.05 * abs(high) or 1.0
    levels = [level for level, _ in figure.levels if low - 5 * room <= level <= high + 5 * room]
    if figure.by_error:
        error_axis(axes, [*heights, *levels])
    else:
        axes.set_ylim(min([low, *levels]) - room, max([high, *levels]) + room)


def _levels(axes: Axes, figure: FrontFigure) -> None:
    """Draw the levels that were asked for as lines across, each with its text at the left."""
    low, high = axes.get_ylim()
    for level, text in figure.levels:
        if low <= level <= high:
            line = axes.axhline(level, color=SOFT, linewidth=1.1, linestyle=(0, (1, 2)))
            mark(line, says=[f"{text} was asked for"])
            axes.annotate(
                f"{text} asked for", (0, level), (4, 2), xycoords=axes.get_yaxis_transform(),
                textcoords="offset points", fontsize=8.5, color=SOFT, va="bottom",
            )  # fmt: skip


def _trainings(axes: Axes, point: FrontPoint) -> None:
    """Draw a variant's interval, and a small dot for each training."""
    if not math.isnan(point.low):
        axes.plot([point.cost] * 2, [point.low, point.high], color=_COLOUR, linewidth=1.6)
    if len(point.each) > 1:
        axes.plot([point.cost] * len(point.each), point.each, ".", color=_COLOUR, markersize=5, alpha=0.45)


def _scatter(
    axes: Axes, points: Sequence[FrontPoint], label: str, colour: str, size: float, filled: bool = False
) -> None:
    """Draw points of one kind, filled or as rings."""
    (drawn,) = axes.plot(
        [point.cost for point in points],
        [point.value for point in points],
        "o",
        color=colour,
        markersize=size,
        markerfacecolor=colour if filled else PAPER,
        label=label,
    )
    mark(drawn, label, says=[point.says for point in points])
