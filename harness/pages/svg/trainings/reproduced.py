"""Figures from elsewhere as diamonds on learning curves, against the logarithm of the steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from harness.findings.figures import is_wide
from harness.findings.trainings.figures import Reproduced, ReproductionFigure
from harness.pages.svg.logarithmic import mark_logarithmic, round_marks
from harness.pages.svg.marks import mark
from harness.pages.svg.style import INK, MARKERS, SOFT, plain_axes, report_style, svg_of
from harness.pages.svg.trainings.panels import Part, canvas_for, parts_of, put_legend, rows_of, wrapped

_FEWEST, _MOST = 3, 7
_DIAMOND: dict[str, Any] = {
    "marker": "D",
    "markersize": 7,
    "linestyle": "none",
    "markerfacecolor": "none",
    "markeredgewidth": 1.6,
}


def draw_reproduction(figure: ReproductionFigure) -> str:
    """Return the SVG document of one figure."""
    with report_style():
        return svg_of(plot_reproduction(figure))


def plot_reproduction(figure: ReproductionFigure) -> Figure:
    """Draw all variants in one panel; a step of 0 has a place of its own at the left."""
    labels = [one.label for one in figure.variants]
    panels = parts_of(labels)
    canvas, (axes,) = canvas_for(panels, rows_of(labels) + 2)
    where = _Where.of(figure)
    handles = [_draw(axes, part, figure.variants[part.place], figure, where) for part in panels[0]]
    steps = where.across([x for one in figure.variants for x, _ in _points(one)])
    mark_logarithmic(axes, "x", min(steps) / (1.3 if where.no_steps is None else 2), max(steps) * 1.3, where.no_steps)
    _mark_y(axes, figure, where)
    axes.set(xlabel=figure.x_title, ylabel=figure.y_title)
    plain_axes(axes)
    put_legend(canvas, [*handles, *_explaining(figure)])
    return canvas


class _Where(NamedTuple):
    """Where points are drawn.

    Attributes:
        accuracy: whether the y axis is of accuracies, drawn at their errors.
        no_steps: where a step of 0 is, which has no logarithm; None without one.
        no_error: where an error of 0 is; None without one.
    """

    accuracy: bool
    no_steps: float | None
    no_error: float | None

    @classmethod
    def of(cls, figure: ReproductionFigure) -> _Where:
        points = [point for one in figure.variants for point in _points(one)]
        steps = [x for x, _ in points]
        errors = [100 - y for _, y in points]
        least = min((step for step in steps if step > 0), default=1.0)
        smallest = min((error for error in errors if error > 0), default=1.0)
        return cls(
            figure.accuracy,
            least / 2.5 if min(steps) <= 0 else None,
            smallest / 2 if figure.accuracy and min(errors) <= 0 else None,
        )

    def across(self, steps: Sequence[float]) -> list[float]:
        return [step if step > 0 or self.no_steps is None else self.no_steps for step in steps]

    def up(self, values: Sequence[float]) -> list[float]:
        if not self.accuracy:
            return list(values)
        errors = [100 - value for value in values]
        return [error if error > 0 or self.no_error is None else self.no_error for error in errors]


def _draw(axes: Axes, part: Part, one: Reproduced, figure: ReproductionFigure, where: _Where) -> Line2D:
    label = wrapped(one.label)
    for line in one.courses:
        (drawn,) = axes.plot(where.across(line.x), where.up(line.y), color=part.colour, linewidth=0.8, alpha=0.6)
        mark(drawn, label, [figure.course])
    x, y = zip(*one.measured, strict=True)
    shape = MARKERS[part.place]
    (dots,) = axes.plot(where.across(x), where.up(y), shape, color=part.colour, markersize=3.5, label=label)
    mark(dots, label, [f"{figure.metric} {height:.4g} after {step:,g} steps" for step, height in one.measured])
    colour = INK if len(figure.variants) == 1 else part.colour
    together: dict[float, list[float]] = {}
    for landmark in one.published:
        (diamond,) = axes.plot(where.across([landmark.x]), where.up([landmark.y]), color=colour, **_DIAMOND)
        mark(diamond, label, [landmark.text])
        together.setdefault(landmark.x, []).append(landmark.y)
    last = max(x for each in figure.variants for x, _ in _points(each))
    for step, values in together.items():
        height = sum(where.up(values)) / len(values)
        _write_values(axes, values, (where.across([step])[0], height), step == last, colour)
    return dots


def _write_values(axes: Axes, values: Sequence[float], place: tuple[float, float], last: bool, colour: str) -> None:
    """Write published values beside their diamond: at the end on the right, where there is nothing; else above it."""
    offset, align = ((8, 0), "left") if last else ((4, 9), "right")
    text = ", ".join(f"{value:.4g}" for value in sorted(values))
    axes.annotate(text, place, offset, textcoords="offset points", ha=align, va="center", fontsize=8, color=colour)


def _mark_y(axes: Axes, figure: ReproductionFigure, where: _Where) -> None:
    """Of accuracies mark a falling logarithmic axis of errors, with 10 % where it goes down to that."""
    heights = where.up([y for one in figure.variants for _, y in _points(one)])
    low, high = min(heights), max(heights)
    if not figure.accuracy:
        if is_wide(heights):
            mark_logarithmic(axes, "y", low / 1.15, high * 1.15)
        return
    zero = where.no_error
    low, high = low / 1.2, min(100.0, high * 1.1)
    mark_logarithmic(axes, "y", low, high, zero)
    lowest = max(low, 1.5 * (zero or 0))
    powers = range(math.floor(math.log10(low)), 2)
    errors = [float(f"{first}e{power}") for power in powers for first in (1, 2, 5)] + [90.0]
    ticks = [error for error in errors if lowest <= error <= high]
    if not _FEWEST <= len(ticks) <= _MOST:
        ticks = [tick for tick in round_marks(low, high) if tick >= lowest]
    axes.yaxis.set_major_locator(FixedLocator(ticks if zero is None else [zero, *ticks]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 if error == zero else 100 - error:.6g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(high, low)


def _explaining(figure: ReproductionFigure) -> list[Artist]:
    colour = INK if len(figure.variants) == 1 else SOFT
    return [
        Line2D([], [], color=SOFT, linewidth=0.8, label=f"{figure.course} on the way"),
        Line2D([], [], color=colour, label="published", **_DIAMOND),
    ]


def _points(one: Reproduced) -> list[tuple[float, float]]:
    """Return the steps and values of all that is drawn of a variant."""
    on_lines = [point for line in one.courses for point in zip(line.x, line.y, strict=True)]
    return [*on_lines, *one.measured, *((landmark.x, landmark.y) for landmark in one.published)]
