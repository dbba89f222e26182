"""A confusion matrix: right answers in blue, mistakes in vermilion, the darker the larger their share of a class."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from harness.findings.trainings.confusion import ConfusionFigure
from harness.pages.svg.marks import mark
from harness.pages.svg.style import INK, PALETTE, PAPER, SOFT, report_style, svg_of

_WIDTH = 4.9
_POWER = 0.4
_LONG = 3
"""Characters from which names of classes stand aslant."""


def draw_confusion(figure: ConfusionFigure) -> str:
    """Return the SVG document of one matrix."""
    with report_style():
        return svg_of(plot_confusion(figure))


def plot_confusion(figure: ConfusionFigure) -> Figure:
    """Draw the cells that hold images; the darkness of a cell is a power of its share of the true class below 1.

    Rare mistakes are the ones to look for, and would not be seen on a scale of equal steps.
    """
    classes = len(figure.classes)
    canvas = Figure(figsize=(_WIDTH, _WIDTH - 0.3), layout="constrained")
    FigureCanvasSVG(canvas)
    axes = canvas.add_subplot()
    axes.set_aspect("equal")
    for true, row in enumerate(figure.counts):
        for predicted, count in enumerate(row):
            if count:
                _draw_cell(axes, figure, true, predicted, (count / sum(row)) ** _POWER)
    aslant = max(map(len, figure.classes)) >= _LONG
    seen = [any(row[place] for row in figure.counts) for place in range(classes)]
    names = [name if known else f"{name}\nnever" for name, known in zip(figure.classes, seen, strict=True)]
    axes.set_xticks(range(classes), names, rotation=45 if aslant else 0, ha="right" if aslant else "center")
    axes.set_yticks(range(classes), figure.classes)
    axes.tick_params(length=0, labelsize=8)
    axes.set_xlim(-0.5, classes - 0.5)
    axes.set_ylim(classes - 0.5, -0.5)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.spines[:].set_color(SOFT)
    return canvas


def _draw_cell(axes: Axes, figure: ConfusionFigure, true: int, predicted: int, strength: float) -> None:
    count = figure.counts[true][predicted]
    colour = PALETTE[0] if true == predicted else PALETTE[1]
    cell = Rectangle((predicted - 0.5, true - 0.5), 1, 1, facecolor=colour, alpha=strength, linewidth=0)
    axes.add_patch(cell)
    names = figure.classes
    mark(cell, says=[f"true {names[true]}, predicted {names[predicted]}: {count:,}"])
    size = 8 if len(names) <= 12 else 6
    ink = PAPER if strength > 0.6 else INK
    axes.text(predicted, true, f"{count:,}", ha="center", va="center", fontsize=size, color=ink)
