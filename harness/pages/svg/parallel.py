"""Variants as lines across parallel axes."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.findings.figures import ParallelFigure
from harness.pages.svg.style import report_style, svg_of


def draw_parallel(figure: ParallelFigure) -> str:
    """Return a line a variant across parallel axes; the better, the darker and the later drawn."""
    with report_style():
        canvas = Figure(figsize=(max(4.9, 1.35 * len(figure.axes)), 3.6), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        places = range(len(figure.axes))
        colours = mpl.colormaps["cividis_r"]
        for heights, good in sorted(figure.lines, key=lambda line: line[1]):
            axes.plot(places, heights, color=colours(good), linewidth=0.8 + good, alpha=0.35 + 0.65 * good)
        for place, (_, low, high) in enumerate(figure.axes):
            axes.axvline(place, color="#888888", linewidth=0.8)
            axes.text(place, -0.03, low, ha="center", va="top", fontsize=8)
            axes.text(place, 1.03, high, ha="center", va="bottom", fontsize=8)
        names = [textwrap.fill(name.replace(".", ". "), 14).replace(". ", ".") for name, _, _ in figure.axes]
        axes.set_xticks(places, names, fontsize=8)
        axes.tick_params(axis="x", length=0, pad=14)
        axes.set_yticks([])
        axes.set_ylim(-0.02, 1.02)
        axes.spines[:].set_visible(False)
        return svg_of(canvas)
