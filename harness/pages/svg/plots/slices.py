"""Every trial of a search against each parameter by itself."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.findings.plots.slices import Slice, SliceFigure
from harness.pages.svg.marks import mark
from harness.pages.svg.style import FAINT, PALETTE, plain_axes, report_style, svg_of
from harness.pages.svg.ticks import error_axis, mark_log, mark_places, write_number

_COLUMNS = 3
_SPREAD = 0.6
"""How far trials of one level are spread beside each other, in levels."""


def draw_slices(figure: SliceFigure) -> str:
    """Return the SVG document: a panel a parameter, all with the same y axis; the best trials filled."""
    with report_style():
        rows = math.ceil(len(figure.slices) / _COLUMNS)
        canvas = Figure(figsize=(6.4, 0.8 + 2.0 * rows), layout="constrained")
        FigureCanvasSVG(canvas)
        columns = min(_COLUMNS, len(figure.slices))
        panels = canvas.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for place, axes in enumerate(panels):
            if place < len(figure.slices):
                _panel(canvas, axes, figure, figure.slices[place])
            else:
                axes.set_visible(False)
        if figure.by_error:
            for axes in panels:  # they share it, but each would choose ends of its own again
                error_axis(axes, figure.values)
        canvas.supylabel(figure.y_title, fontsize=10)
        handles = panels[0].get_lines()
        canvas.legend(handles=handles, loc="outside lower left", frameon=False, fontsize=9)
        return svg_of(canvas)


def _panel(canvas: Figure, axes: Axes, figure: SliceFigure, one: Slice) -> None:
    places = _spread(one) if one.levels else list(one.places)
    best = set(figure.best)
    for label, members in (
        ("trials of the search", [at for at in range(len(places)) if at not in best]),
        (figure.best_title, sorted(best)),
    ):
        first = label == figure.best_title
        colour = PALETTE[1] if first else FAINT
        (drawn,) = axes.plot(
            [places[at] for at in members],
            [figure.values[at] for at in members],
            "D" if first else "o",
            color=colour,
            markersize=4.5,
            markerfacecolor=colour if first else "none",
            label=label,
        )
        told = [one.levels[int(one.places[at])] if one.levels else write_number(one.places[at]) for at in members]
        mark(
            drawn,
            label,
            says=[f"{one.label} {text}: {figure.values[at]:.4g}" for at, text in zip(members, told, strict=True)],
        )
    if one.levels:
        axes.set_xlim(-0.6, len(one.levels) - 0.4)
        mark_places(
            canvas,
            axes,
            range(len(one.levels)),
            [textwrap.fill(level, 12, break_long_words=False) for level in one.levels],
        )
    elif one.logarithmic:
        axes.set_xscale("log")
        mark_log(axes)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: write_number(x)))
    axes.set_xlabel(textwrap.fill(one.label, 24))
    plain_axes(axes)


def _spread(one: Slice) -> list[float]:
    """Return where trials of levels are drawn: those of one level beside each other, in the order of the search."""
    counts = [one.places.count(float(level)) for level in range(len(one.levels))]
    seen = [0] * len(one.levels)
    places = []
    for place in one.places:
        level = int(place)
        seen[level] += 1
        places.append(level + _SPREAD * ((seen[level] - 0.5) / counts[level] - 0.5))
    return places
