"""Estimates with intervals below each other, and a dot for each pair."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.findings.figures import Estimate, ForestFigure
from harness.pages.svg.marks import mark
from harness.pages.svg.style import (
    BAND,
    PAPER,
    SOFT,
    VERDICT_COLOURS,
    VERDICT_MARKERS,
    plain_axes,
    report_style,
    svg_of,
)
from harness.pages.svg.ticks import mark_log

_BEYOND = 1.25
"""How far an axis goes on where an interval has no bound: as a factor, or with that share of its length."""
_WRAPPED = 30
"""Characters of a line of a label; what is longer goes on below."""
_BELOW = 0.26
"""How far below its interval a pair's dot lies, in lines of text."""
_WIDE_SPACE = "\u2003\u2003"
"""Browsers draw several common spaces as one."""
_ARROWS = {"at most": "<", "at least": ">"}


def draw_forest(figure: ForestFigure) -> str:
    """Return estimates with intervals below each other, filled where the verdict is decided, the verdict beside."""
    with report_style():
        labels = [
            textwrap.fill(estimate.label, _WRAPPED, break_long_words=False, break_on_hyphens=False)
            for estimate in figure.estimates
        ]
        heights = [
            1.0 + 0.55 * label.count("\n") + 0.35 * bool(one.pairs)
            for label, one in zip(labels, figure.estimates, strict=True)
        ]
        places = [sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]
        canvas = Figure(figsize=(6.4, 1.0 + 0.17 * bool(figure.better) + 0.27 * sum(heights)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.axvline(figure.neutral, color=SOFT, linewidth=1.2)
        if figure.margin:
            band = axes.axvspan(figure.neutral - figure.margin, figure.neutral + figure.margin, color=BAND, linewidth=0)
            mark(band, says=[f"margin {figure.margin_told}: what does not matter"])
        if figure.logarithmic:
            axes.set_xscale("log")
        ends = ends_of(figure)
        for place, estimate in zip(places, figure.estimates, strict=True):
            _line(axes, place, estimate, ends)
        axes.set_yticks(places, labels)
        axes.set_ylim(sum(heights), 0)
        if figure.logarithmic:
            mark_log(axes)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(_below(figure))
        plain_axes(axes)
        axes.grid(visible=False, axis="y")
        _verdicts(axes, places, figure)
        return svg_of(canvas)


def ends_of(figure: ForestFigure) -> tuple[float, float]:
    """Return from where to where the axis goes: a little beyond all that is finite, where something is not bounded.

    An interval without a bound (infinite, or 0 on an axis of ratios) then ends in an arrow.
    """
    ends = [end for one in figure.estimates for end in (one.value, one.low, one.high) if not math.isnan(end)]
    ends += [pair.value for one in figure.estimates for pair in one.pairs]
    bounded = [end for end in ends if math.isfinite(end) and (end > 0 or not figure.logarithmic)]
    if len(bounded) == len(ends):
        return -math.inf, math.inf
    low, high = min([*bounded, figure.neutral]), max([*bounded, figure.neutral])
    if figure.logarithmic:
        return low / _BEYOND, high * _BEYOND
    beyond = (_BEYOND - 1) * (high - low)
    return low - beyond, high + beyond


def _line(axes: Axes, place: float, estimate: Estimate, ends: tuple[float, float]) -> None:
    """Draw one estimate: interval, marker, and below them the pairs."""
    least, most = ends
    if math.isnan(estimate.value):
        axes.annotate(
            textwrap.shorten(estimate.told, 60, placeholder=" …"), (0.01, place), xycoords=axes.get_yaxis_transform(),
            va="center", fontsize=8, color=SOFT,
        )  # fmt: skip
        return
    colour = VERDICT_COLOURS.get(estimate.verdict, SOFT)
    up = place - (_BELOW / 2 if estimate.pairs else 0)
    low, high = (min(max(end, least), most) for end in (estimate.low, estimate.high))
    if not (math.isnan(estimate.low) or math.isnan(estimate.high)):
        axes.plot([low, high], [up, up], color=colour, linewidth=1.6)
    for end, shown, arrow in ((estimate.low, low, "<"), (estimate.high, high, ">")):
        if shown != end and not math.isnan(end):
            axes.plot(shown, up, arrow, color=colour, markersize=5)
    for bound in ("", *_ARROWS):
        some = [pair for pair in estimate.pairs if pair.bound == bound]
        if some:
            (dots,) = axes.plot(
                [min(max(pair.value, least), most) for pair in some],
                [up + 2 * _BELOW] * len(some),
                _ARROWS.get(bound, "o"),
                color=colour,
                markersize=3.2,
                markeredgewidth=0,
                alpha=0.6,
            )
            mark(dots, says=[_said(estimate, pair.replicate, pair.value, bound) for pair in some])
    if not least < estimate.value < most:  # all that is known is the bound at the other end
        return
    (drawn,) = axes.plot(
        estimate.value,
        up,
        VERDICT_MARKERS.get(estimate.verdict, "o"),
        color=colour,
        markerfacecolor=PAPER if estimate.verdict in ("undecided", "") else colour,
    )
    mark(drawn, says=[f"{estimate.label}: {estimate.told}, {estimate.verdict}".removesuffix(", ")])


def _said(estimate: Estimate, replicate: int, value: float, bound: str) -> str:
    """Write what a pair says: ``downsample=stride, replicate 3: −0.31``."""
    number = f"{value:.3g}".replace("-", "−")
    return f"{estimate.label}, replicate {replicate}: {f'{bound} ' if bound else ''}{number}"


def _below(figure: ForestFigure) -> str:
    """Write what is below the axis: its label, which side is better, and what the grey band is."""
    sides = {"higher": ("worse", "better"), "lower": ("better", "worse")}
    lines = [figure.x_title]
    if figure.better in sides:
        left, right = sides[figure.better]
        lines.append(f"← {left}{_WIDE_SPACE}{right} →")
    if figure.margin:
        lines.append(f"grey: differences within {figure.margin_told} do not matter to the study")
    return "\n".join(lines)


def _verdicts(axes: Axes, places: list[float], figure: ForestFigure) -> None:
    """Write the verdict of each line at the right, in its colour."""
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(places, [estimate.verdict for estimate in figure.estimates])
    beside.tick_params(length=0)
    beside.spines["right"].set_visible(False)
    for text, estimate in zip(beside.get_yticklabels(), figure.estimates, strict=True):
        text.set_color(VERDICT_COLOURS.get(estimate.verdict, SOFT) if estimate.verdict != "undecided" else SOFT)
