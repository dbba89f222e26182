"""Learning curves: a thin line a training with a dot where it reached the target, thick means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from harness.findings.trainings.figures import Curve, CurveFigure, Line
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

_NEAR = 0.052
"""The least distance of two numbers at the ends of lines, in heights of the axes."""


def draw_curves(figure: CurveFigure) -> str:
    """Return the SVG document of one figure."""
    with report_style():
        return svg_of(plot_curves(figure))


def plot_curves(figure: CurveFigure) -> Figure:
    """Draw up to four variants in one panel, more in a panel each."""
    labels = [curve.label for curve in figure.curves]
    explaining = _explaining(figure)
    panels = parts_of(labels)
    canvas, all_axes = canvas_for(panels, rows_of(named_by_legend(labels)) + len(explaining))
    scale = _Scale.of(figure)
    handles: list[Line2D] = []
    for axes, parts in zip(all_axes, panels, strict=True):
        scale.give(axes, figure)
        drawn = [_draw(axes, part, figure.curves[part.place], scale) for part in parts]
        handles = handles or drawn
        if figure.target is not None:
            axes.axhline(figure.target, color=SOFT, linestyle=(0, (1, 2)), linewidth=1.4)
        _mark_x(axes, figure, 7 if len(panels) == 1 else 4)
        plain_axes(axes)
    name_axes(canvas, all_axes, figure.x_title, figure.y_title)
    put_legend(canvas, [*handles[: len(named_by_legend(labels))], *explaining])
    return canvas


class _Scale(NamedTuple):
    """The y axis of all panels; ``zero`` is where an error of 0 is drawn, None without any."""

    low: float
    high: float
    zero: float | None

    @classmethod
    def of(cls, figure: CurveFigure) -> _Scale:
        heights = [y for curve in figure.curves for line in _lines(curve) for y in line.y]
        if figure.target is not None:
            heights.append(figure.target)
        highest = max(heights)
        if not figure.logarithmic or highest <= 0:
            return cls(figure.bottom, _top(figure, highest), None)
        least = min(height for height in heights if height > 0)
        zero = least / 2 if min(heights) <= 0 else None
        return cls((zero or least) / 1.2, min(highest * 1.1, figure.most), zero)

    def give(self, axes: Axes, figure: CurveFigure) -> None:
        if figure.logarithmic and self.low > 0:
            mark_logarithmic(axes, "y", self.low, self.high, self.zero)
        else:
            axes.set_ylim(self.low, self.high)

    def at(self, heights: Sequence[float]) -> list[float]:
        return [max(height, self.zero) if self.zero is not None else height for height in heights]


def _draw(axes: Axes, part: Part, curve: Curve, scale: _Scale) -> Line2D:
    """Draw one variant; return what the legend names."""
    alone = not curve.mean.x
    style: dict[str, Any] = {"color": part.colour, "linewidth": 1.1 if alone else 0.7, "alpha": 0.9 if alone else 0.55}
    thick: dict[str, Any] = {"color": part.colour, "linestyle": part.dashes, "linewidth": 1.8}
    if len(curve.trainings) == 1:
        style = thick
    series = wrapped(curve.label)
    for training in curve.trainings:
        (handle,) = axes.plot(training.line.x, scale.at(training.line.y), **style)
        mark(handle, series)
        if training.reached is not None:
            x, y = training.reached
            (dot,) = axes.plot([x], scale.at([y]), "o", color=part.colour, markersize=4)
            mark(dot, series)
    if not alone:
        (handle,) = axes.plot(curve.mean.x, scale.at(curve.mean.y), **thick)
        mark(handle, series)
    handle.set_label(series)
    put_title(axes, part)
    if curve.apart and (part.title or len(axes.texts) == 0):
        _number_ends(axes, part, curve)
    return handle


def _number_ends(axes: Axes, part: Part, curve: Curve) -> None:
    """Write at the right where lines end, those that end alike once; moved apart where they would overlap."""
    ends: dict[str, list[float]] = {}
    for training in curve.trainings:
        ends.setdefault(f"{training.line.y[-1]:.0f}", []).append(training.line.y[-1])
    low, high = axes.get_ylim()
    free = -math.inf
    for text, heights in sorted(ends.items(), key=lambda one: min(one[1])):
        free = max(free + _NEAR, (sum(heights) / len(heights) - low) / (high - low))
        often = f" ×{len(heights)}" if len(heights) > 1 else ""
        axes.text(1.01, free, f"{text}{often}", transform=axes.transAxes, fontsize=7.5, color=part.colour, va="center")


def _mark_x(axes: Axes, figure: CurveFigure, most: int) -> None:
    """Let the x axis go as far as any training does, in whichever panel, with so many marks at most."""
    places = [x for curve in figure.curves for line in _lines(curve) for x in line.x]
    if figure.x_logarithmic:
        mark_logarithmic(axes, "x", min(x for x in places if x > 0) / 1.1, max(places) * 1.1)
    else:
        mark_times(axes, 1.03 * max(places) or 1, figure.evaluations, most)


def _explaining(figure: CurveFigure) -> list[Artist]:
    """Return legend entries of what is no variant: the target line, the dots."""
    if figure.target is None:
        return []
    error = f", an error of {figure.target:.4g} %" if figure.logarithmic else ""
    style: dict[str, Any] = {"color": SOFT, "linestyle": (0, (1, 2)), "linewidth": 1.4}
    handles: list[Artist] = [Line2D([], [], label=f"target {figure.goal}{error}", **style)]
    if any(training.reached for curve in figure.curves for training in curve.trainings):
        handles.append(Line2D([], [], color=SOFT, marker="o", markersize=4, linestyle="none", label="target reached"))
    return handles


def _lines(curve: Curve) -> list[Line]:
    return [curve.mean, *(training.line for training in curve.trainings)]


def _top(figure: CurveFigure, highest: float) -> float:
    """Return the upper end of a linear axis: a little above the highest point, no higher than the largest value."""
    least = figure.most / 1000 if math.isfinite(figure.most) else 1e-9 * abs(highest) + 1e-9
    if highest >= figure.most:
        return 1.002 * figure.most
    return min(figure.most, highest + 0.08 * max(highest - figure.bottom, least))
