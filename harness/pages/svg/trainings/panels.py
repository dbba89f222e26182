"""One panel, or small multiples: more variants than can be told apart get a panel each, with the reference in grey.

Tufte (1983), "The visual display of quantitative information": small multiples share their axes, so that the eye
compares shapes and not scales.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from harness.findings.trainings.figures import TOGETHER
from harness.pages.svg.style import DASHES, FAINT, PALETTE

_WIDTH = 4.9
_COLUMNS = 2


class Part(NamedTuple):
    """How one variant is drawn in one panel.

    Attributes:
        place: of the variant among all.
        colour: of its lines.
        dashes: of its lines.
        title: of the panel, if this is what it is of.
    """

    place: int
    colour: str
    dashes: Any
    title: str = ""


def parts_of(labels: Sequence[str]) -> list[list[Part]]:
    """Return what each panel shows, the variant that it is of last.

    Args:
        labels: of the variants, the reference first.
    """
    if len(labels) <= TOGETHER:
        return [[Part(place, PALETTE[place], DASHES[place]) for place in range(len(labels))]]
    grey = Part(0, FAINT, DASHES[0])
    return [[grey, Part(place, PALETTE[0], DASHES[0], label)] for place, label in enumerate(labels) if place]


def named_by_legend(labels: Sequence[str]) -> Sequence[str]:
    """Return the variants that no title of a panel names."""
    return labels if len(labels) <= TOGETHER else labels[:1]


def canvas_for(panels: Sequence[Sequence[Part]], legend_rows: int) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with a panel each, which share their axes."""
    rows = math.ceil(len(panels) / _COLUMNS)
    lines = max(wrapped(part.title, 30).count("\n") for part in panels[-1])
    height = 3.1 if len(panels) == 1 else 0.4 + (1.75 + 0.1 * lines) * rows
    canvas = Figure(figsize=(_WIDTH, height + 0.21 * legend_rows), layout="constrained")
    FigureCanvasSVG(canvas)
    grid = canvas.subplots(rows, min(len(panels), _COLUMNS), sharex=True, sharey=True, squeeze=False)
    for spare in grid.flat[len(panels) :]:
        spare.remove()
    return canvas, list(grid.flat[: len(panels)])


def name_axes(canvas: Figure, panels: Sequence[Axes], x_title: str, y_title: str) -> None:
    """Name the axes: of several panels those of the whole figure, with numbers at the outer ones alone."""
    for place, axes in enumerate(panels):
        axes.set(xlabel=x_title, ylabel=y_title)
        if len(panels) > 1:
            axes.xaxis.label.set_visible(False)
            axes.yaxis.label.set_visible(False)
            lowest, first = place + _COLUMNS >= len(panels), place % _COLUMNS == 0
            axes.tick_params(labelsize=8, labelbottom=lowest, labelleft=first)
    if len(panels) > 1:
        canvas.supxlabel(x_title, fontsize=10)
        canvas.supylabel(y_title, fontsize=10)


def mark_times(axes: Axes, right: float, evaluations: Sequence[float], most: int) -> None:
    """Mark an x axis from 0 on: at evaluations, at all of them if they are few, else at every second, fifth, tenth ...

    Args:
        axes: the axes.
        right: where they end.
        evaluations: where something was measured; empty where that is at no round places, as of seconds.
        most: marks for which there is room.
    """
    axes.set_xlim(0, right)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
    if 0 < len(evaluations) <= most and _apart(evaluations):
        axes.set_xticks(evaluations)
        return
    spacing = math.gcd(*(round(step) for step in evaluations if step > 0))
    if spacing <= 1:
        axes.xaxis.set_major_locator(MaxNLocator(min(most, 6)))
        return
    wide = (first * 10**power for power in range(18) for first in (1, 2, 5))
    axes.xaxis.set_major_locator(MultipleLocator(next(k * spacing for k in wide if right <= most * k * spacing)))


def _apart(marks: Sequence[float]) -> bool:
    """Whether labels at these places do not overlap."""
    return all(right - left >= marks[-1] / 9 for left, right in itertools.pairwise(marks))


def put_title(axes: Axes, part: Part) -> None:
    """Write what a panel is of above it."""
    if part.title:
        axes.set_title(wrapped(part.title, 30), fontsize=8.5, loc="left")


def put_legend(canvas: Figure, handles: Sequence[Artist]) -> None:
    """Put the legend below everything."""
    canvas.legend(
        handles=list(handles),
        loc="outside lower left",
        frameon=False,
        fontsize=9,
        handlelength=3.2,
        labelspacing=0.3,
    )


def rows_of(labels: Sequence[str]) -> int:
    """Return how many lines the entries of a legend take."""
    return sum(wrapped(label).count("\n") + 1 for label in labels)


def wrapped(label: str, width: int = 60) -> str:
    """Return a label in as many lines as it takes: cutting it may take away what tells it from others."""
    return "\n".join(textwrap.wrap(label, width, break_on_hyphens=False)) or label
