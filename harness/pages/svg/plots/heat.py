"""A grid of two factors as a heat map."""

from __future__ import annotations

import math
import textwrap

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from harness.findings.plots.heat import HeatCell, HeatFigure
from harness.pages.svg.marks import mark
from harness.pages.svg.style import PAPER, report_style, svg_of

_MAP = "cividis"
"""Even to the eye, and read alike by colour-blind readers (Nuñez, Anderton & Renslow 2018)."""
_ON_DARK, _ON_LIGHT = "#fefefe", "#010101"
"""What is written on a cell, whose colour is the same on light and on dark pages: so are these."""
_SHAPES = {"better": "▲ better", "worse": "▼ worse", "equivalent": "■ equivalent", "identical": "◆ identical",
           "undecided": "○ undecided"}  # fmt: skip
_WIDE, _TALL = 0.95, 0.55
"""Inches of a cell."""


def draw_heat(figure: HeatFigure) -> str:
    """Return the SVG document: a cell a combination with its mean and verdict, the lighter the better."""
    with report_style():
        rows, columns = len(figure.rows), len(figure.columns)
        canvas = Figure(figsize=(max(3.6, 1.3 + _WIDE * columns), 0.9 + _TALL * rows), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        for cell, good in zip(figure.cells, goodness(figure), strict=True):
            colour = mpl.colormaps[_MAP](good)
            box = axes.add_patch(
                Rectangle((cell.column - 0.5, cell.row - 0.5), 1, 1, facecolor=colour, edgecolor=PAPER, linewidth=1.5)
            )
            mark(box, says=[cell.says])
            axes.text(
                cell.column, cell.row, _written(cell), ha="center", va="center", fontsize=9, linespacing=1.3,
                color=_ON_LIGHT if good > 0.5 else _ON_DARK,
            )  # fmt: skip
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(-0.5, rows - 0.5)
        axes.set_xticks(range(columns), [textwrap.fill(level, 14, break_long_words=False) for level in figure.columns])
        axes.set_yticks(range(rows), [textwrap.fill(level, 14, break_long_words=False) for level in figure.rows])
        axes.set_xlabel(figure.column_title)
        axes.set_ylabel(figure.row_title)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        return svg_of(canvas)


def goodness(figure: HeatFigure) -> list[float]:
    """Return of each cell how good it is beside the others, from 0 to 1; all 0.5 where there is no difference."""
    values = [cell.value for cell in figure.cells]
    if figure.by_error:
        errors = [100 - value for value in values]
        least = min((error for error in errors if error > 0), default=1.0)
        values = [-math.log(max(error, least / 2)) for error in errors]
    elif figure.better == "lower":
        values = [-value for value in values]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]


def _written(cell: HeatCell) -> str:
    return "\n".join(filter(None, [cell.text, _SHAPES.get(cell.verdict, cell.verdict)]))
