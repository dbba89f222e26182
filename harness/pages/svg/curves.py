"""Learning curves: means with bands or thin replicates, the target as a dotted line."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.findings.figures import CurveFigure
from harness.pages.svg.style import DASHES, PALETTE, plain_axes, report_style, svg_of


def draw_curves(figure: CurveFigure) -> str:
    """Return the SVG document of one figure: means with bands or thin replicates, the target as a dotted line."""
    with report_style():
        legend_rows = len(figure.curves) + (figure.target is not None)
        height = 3.3 + 0.21 * legend_rows
        canvas = Figure(figsize=(4.9, height), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        handles = draw_lines(axes, figure)
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(figure.y_title)
        axes.set_ylim(figure.bottom, _top(figure))
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
        plain_axes(axes)
        canvas.legend(
            handles=handles, loc="outside lower left", frameon=False, fontsize=9, handlelength=3.2, labelspacing=0.3
        )
        return svg_of(canvas)


def draw_lines(axes: Axes, figure: CurveFigure) -> list[Line2D]:
    """Draw the curves of a figure, each in a colour or dashes of its own; return what the legend names."""
    handles = []
    for place, curve in enumerate(figure.curves):
        colour = PALETTE[place % len(PALETTE)]
        dashes = DASHES[place % len(DASHES)]
        if curve.low.x:
            axes.fill_between(curve.low.x, curve.low.y, curve.high.y, color=colour, alpha=0.18, linewidth=0)
        if len(curve.replicates) > 1:
            for line in curve.replicates:
                axes.plot(line.x, line.y, color=colour, linewidth=0.6, alpha=0.45)
        label = textwrap.shorten(curve.label, 66, placeholder=" …")
        style: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": 1.9}
        (mean,) = axes.plot(curve.mean.x, curve.mean.y, label=label, **style)
        handles.append(mean)
    if figure.target is not None:
        style = {"color": "#555555", "linestyle": (0, (1, 2)), "linewidth": 1.4}
        handles.append(axes.axhline(figure.target, label=f"target {figure.goal}", **style))
    return handles


def _top(figure: CurveFigure) -> float:
    """Return the upper end of the y axis: a little above the highest point, no higher than the largest value."""
    lines = [line for curve in figure.curves for line in (curve.mean, *curve.replicates)]  # bands may go beyond
    heights = [y for line in lines for y in line.y]
    highest = max(heights if figure.target is None else [*heights, figure.target])
    least = figure.most / 1000 if math.isfinite(figure.most) else 1e-9 * abs(highest) + 1e-9
    if highest >= figure.most:
        return 1.002 * figure.most
    return min(figure.most, highest + 0.08 * max(highest - figure.bottom, least))
