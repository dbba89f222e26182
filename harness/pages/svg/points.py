"""Points with their intervals, joined where they belong together."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.findings.figures import PointFigure
from harness.pages.svg.style import DASHES, MARKERS, PALETTE, plain_axes, report_style, svg_of


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
            for x, low, high in zip(series.x, series.low, series.high, strict=True):
                if not math.isnan(low):
                    axes.plot([x, x], [low, high], color=colour, linewidth=1.1)
            line = DASHES[place % len(DASHES)] if series.joined else "none"
            style: dict[str, Any] = {"color": colour, "linestyle": line, "linewidth": 1.6, "markersize": 5}
            style |= {"drawstyle": "steps-post"} if figure.staircase else {"marker": marker}
            axes.plot(series.x, series.y, label=textwrap.shorten(series.label, 66), **style)
        if figure.logarithmic:
            axes.set_xscale("log")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
        if figure.staircase:
            axes.set_ylim(-4, 104)  # shares: an axis that ends at the largest of them shows each as all
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(figure.y_title)
        plain_axes(axes)
        if named:
            canvas.legend(loc="outside lower left", frameon=False, fontsize=9, handlelength=3.2, labelspacing=0.3)
        return svg_of(canvas)
