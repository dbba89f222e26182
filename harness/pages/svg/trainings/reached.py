"""Shares of trainings that have reached the target, in steps that go up."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from harness.findings.trainings.figures import Reached, ReachedFigure
from harness.pages.svg.logarithmic import mark_logarithmic
from harness.pages.svg.marks import mark
from harness.pages.svg.style import SOFT, plain_axes, report_style, svg_of
from harness.pages.svg.trainings.panels import (
    Part,
    canvas_for,
    mark_times,
    name_axes,
    named_by_legend,
    parts_of,
    put_legend,
    put_title,
    rows_of,
    wrapped,
)

_MISSED = "ended without reaching it"


def draw_reached(figure: ReachedFigure) -> str:
    """Return the SVG document of one figure."""
    with report_style():
        return svg_of(plot_reached(figure))


def plot_reached(figure: ReachedFigure) -> Figure:
    """Draw up to four variants in one panel, more in a panel each; shares go from 0 to 100 % and no further."""
    labels = [_label(curve) for curve in figure.curves]
    missed = any(curve.missed for curve in figure.curves)
    panels = parts_of(labels)
    canvas, all_axes = canvas_for(panels, rows_of(named_by_legend(labels)) + missed)
    places = [x for curve in figure.curves for x in (*curve.x[1:], *curve.missed)]
    left = min(places) / 1.3 if figure.logarithmic else 0.0
    right = 1.03 * max(places)
    handles: list[Line2D] = []
    for axes, parts in zip(all_axes, panels, strict=True):
        drawn = [_draw(axes, part, figure.curves[part.place], labels[part.place], left, right) for part in parts]
        handles = handles or drawn
        axes.set_ylim(0, 100)
        axes.set_yticks(range(0, 101, 20 if len(panels) == 1 else 50))
        if figure.logarithmic:
            mark_logarithmic(axes, "x", left, right)
        else:
            mark_times(axes, right, figure.evaluations, 7 if len(panels) == 1 else 4)
        plain_axes(axes)
    name_axes(canvas, all_axes, figure.x_title, figure.y_title)
    ticks = [Line2D([], [], color=SOFT, marker="|", markersize=8, linestyle="none", label=_MISSED)] if missed else []
    put_legend(canvas, [*handles[: len(named_by_legend(labels))], *ticks])
    return canvas


def _draw(axes: Axes, part: Part, curve: Reached, label: str, left: float, right: float) -> Line2D:
    x, y = [max(curve.x[0], left), *curve.x[1:]], list(curve.y)
    if y[-1] == 100:  # all have reached it, and will have later
        x, y = [*x, right], [*y, 100.0]
    style: dict[str, Any] = {"color": part.colour, "linestyle": part.dashes, "linewidth": 1.8}
    (handle,) = axes.plot(x, y, drawstyle="steps-post", clip_on=False, label=wrapped(label), **style)
    heights = [max(height for at, height in zip(curve.x, curve.y, strict=True) if at <= end) for end in curve.missed]
    if heights:
        (ticks,) = axes.plot(curve.missed, heights, "|", color=part.colour, markersize=8, clip_on=False)
        mark(ticks, wrapped(label))
    put_title(axes, part)
    return handle


def _label(curve: Reached) -> str:
    return f"{curve.label}: {curve.reached} of {curve.finished}"
