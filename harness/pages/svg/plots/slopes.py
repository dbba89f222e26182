"""Paired slopes: a line from the reference to the variant for each replicate."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.findings.plots.slopes import SlopeFigure, SlopePair, SlopePanel
from harness.pages.svg.marks import mark
from harness.pages.svg.style import FAINT, INK, SOFT, VERDICT_COLOURS, plain_axes, report_style, svg_of
from harness.pages.svg.ticks import error_axis, mark_log

_ROOM = 0.06
_LABEL = 22
"""Characters of a line of a label; what is longer goes on below."""
_STYLES = {1: (VERDICT_COLOURS["better"], "-"), -1: (VERDICT_COLOURS["worse"], "--"), 0: (FAINT, ":")}
"""How a pair is drawn in which the variant is better, worse or the same."""


def draw_slopes(figure: SlopeFigure) -> str:
    """Return the SVG document: a panel a variant, all with the same y axis."""
    with report_style():
        count = len(figure.panels)
        canvas = Figure(figsize=(max(3.4, 0.9 + 1.6 * count), 3.6), layout="constrained")
        FigureCanvasSVG(canvas)
        panels = canvas.subplots(1, count, sharey=True, squeeze=False).ravel().tolist()
        for axes, panel in zip(panels, figure.panels, strict=True):
            _panel(axes, figure, panel)
        _set_heights(panels, figure)
        panels[0].set_ylabel(figure.y_title)
        return svg_of(canvas)


def means_of(figure: SlopeFigure, pairs: Sequence[SlopePair]) -> tuple[float, float]:
    """Return the means of both sides; geometric ones where the axis is logarithmic."""
    sides = [pair.base for pair in pairs], [pair.variant for pair in pairs]
    if figure.logarithmic:
        base, variant = (math.exp(sum(math.log(value) for value in side) / len(side)) for side in sides)
    else:
        base, variant = (sum(side) / len(side) for side in sides)
    return base, variant


def _panel(axes: Axes, figure: SlopeFigure, panel: SlopePanel) -> None:
    for pair in panel.pairs:
        gain = (pair.variant - pair.base) * (1 if figure.better == "higher" else -1)
        colour, dashes = _STYLES[(gain > 0) - (gain < 0)]
        (line,) = axes.plot(
            [0, 1], [pair.base, pair.variant], "o", linestyle=dashes, color=colour, linewidth=1.1, markersize=3.5,
            alpha=0.75,
        )  # fmt: skip
        numbers = f"{pair.base:.4g} → {pair.variant:.4g}"
        mark(line, says=[f"{panel.label}, replicate {pair.replicate}: {numbers}"])
    (middle,) = axes.plot([0, 1], means_of(figure, panel.pairs), color=INK, linewidth=2.6)
    base, variant = means_of(figure, panel.pairs)
    mark(middle, says=[f"means: {base:.4g} → {variant:.4g}"])
    axes.set_xlim(-0.25, 1.25)
    axes.set_xticks([0, 1], [figure.base, "variant"])
    width = _LABEL if len(figure.panels) > 1 else 2 * _LABEL
    label = textwrap.fill(panel.label, width, break_long_words=False, break_on_hyphens=False)
    axes.set_title(label, fontsize=9, color=INK)
    same = sum(pair.variant == pair.base for pair in panel.pairs)
    told = f"better in {panel.won} of {len(panel.pairs)}" + (f", the same in {same}" if same else "")
    axes.set_xlabel("\n".join(filter(None, [told, panel.verdict])), fontsize=9, color=SOFT)
    plain_axes(axes)
    axes.grid(visible=False, axis="x")


def _set_heights(panels: Sequence[Axes], figure: SlopeFigure) -> None:
    values = [value for panel in figure.panels for pair in panel.pairs for value in (pair.base, pair.variant)]
    low, high = min(values), max(values)
    for axes in panels:  # they share it, but each would choose ends of its own again
        if figure.by_error:
            error_axis(axes, values)
        elif figure.logarithmic:
            axes.set_yscale("log")
            room = (high / low) ** _ROOM if high > low else 1.1
            axes.set_ylim(low / room, high * room)
            mark_log(axes, "y")
        else:
            space = _ROOM * (high - low) or 0.05 * abs(high) or 1.0
            axes.set_ylim(low - space, high + space)
