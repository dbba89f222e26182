"""Points with their intervals, joined where they belong together."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Transform, offset_copy

from harness.findings.figures import PointFigure
from harness.pages.svg.style import DASHES, MARKERS, PALETTE, plain_axes, report_style, svg_of
from harness.pages.svg.ticks import error_axis, mark_log, mark_places, write_number

_ROOM = 0.05
_APART = 3.0
"""Points between series at the same place."""


def draw_points(figure: PointFigure) -> str:
    """Return the SVG document of points with their intervals, joined where they belong together."""
    with report_style():
        named = [series for series in figure.series if series.label]
        canvas = Figure(figsize=(4.9, 3.3 + 0.21 * len(named)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        for place, series in enumerate(figure.series):
            colour = PALETTE[place % len(PALETTE)]
            marker = MARKERS[place % len(MARKERS)]
            beside = _beside(canvas, axes, place, figure)
            for x, low, high in zip(series.x, series.low, series.high, strict=True):
                if not math.isnan(low):
                    axes.plot([x, x], [low, high], color=colour, linewidth=1.1, transform=beside)
            line = DASHES[place % len(DASHES)] if series.joined else "none"
            style: dict[str, Any] = {"color": colour, "linestyle": line, "linewidth": 1.6, "markersize": 5}
            style |= {"drawstyle": "steps-post"} if series.steps else {"marker": marker}
            axes.plot(series.x, series.y, label=textwrap.shorten(series.label, 66), transform=beside, **style)
        _set_ends(axes, figure)
        if figure.logarithmic:
            mark_log(axes)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: write_number(x)))
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(figure.y_title)
        plain_axes(axes)
        if named:
            canvas.legend(loc="outside lower left", frameon=False, fontsize=9, handlelength=3.2, labelspacing=0.3)
        if figure.ticks:
            places, texts = zip(*figure.ticks, strict=True)
            mark_places(canvas, axes, places, texts)
        return svg_of(canvas)


def _set_ends(axes: Axes, figure: PointFigure) -> None:
    """Set both axes to hold all there is with a little room."""
    across = [x for series in figure.series for x in series.x]
    if figure.logarithmic:
        axes.set_xscale("log")
        room = (max(across) / min(across)) ** _ROOM or 1.1
        axes.set_xlim(min(across) / room, max(across) * room)
    else:
        space = _ROOM * (max(across) - min(across)) or 1.0
        axes.set_xlim(min(across) - space, max(across) + space)
    heights = [end for series in figure.series for end in (*series.y, *series.low, *series.high) if math.isfinite(end)]
    if figure.by_error:
        error_axis(axes, heights)
    else:
        space = _ROOM * (max(heights) - min(heights)) or 0.05 * abs(max(heights)) or 1.0
        axes.set_ylim(min(heights) - space, max(heights) + space)


def _beside(canvas: Figure, axes: Axes, place: int, figure: PointFigure) -> Transform:
    """Return where a series is drawn: those with intervals a little beside each other, so that none hides another."""
    several = sum(any(not math.isnan(low) for low in series.low) for series in figure.series) > 1
    apart = _APART * (place - (len(figure.series) - 1) / 2) if several else 0.0
    return offset_copy(axes.transData, canvas, x=apart, units="points")
