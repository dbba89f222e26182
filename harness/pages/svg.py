"""Learning curves and points as SVG: readable without colour, the same bytes each time."""

from __future__ import annotations

import contextlib
import io
import math
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.escaping import mathless, throughout
from harness.findings.figures import CurveFigure, ForestFigure, ParallelFigure, Picture, PointFigure
from harness.findings.report import Comparison

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito (2008), "Color universal design": told apart by colour-blind readers. Their yellow is too pale here."""
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_VERDICT_COLOURS = {"better": "#009E73", "worse": "#D55E00", "equivalent": "#0072B2"}
_VERDICT_MARKERS = {"better": "^", "worse": "v", "equivalent": "s"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable, in the reader's font
    "svg.hashsalt": "harness",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": "#555555",
    "axes.labelcolor": "#222222",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "path.simplify": True,
}


@contextlib.contextmanager
def _style() -> Iterator[None]:
    """Draw and save as reports are drawn, whatever a file ``matplotlibrc`` in the working directory says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def draw_all(comparison: Comparison) -> dict[str, str]:
    """Return name of each figure -> its SVG document."""
    curves = {figure.name: draw(figure) for figure in comparison.figures}
    return curves | {figure.name: draw_picture(figure) for figure in comparison.plots}


def draw(figure: CurveFigure) -> str:
    """Return the SVG document of one figure: means with bands or thin replicates, the target as a dotted line."""
    figure = throughout(figure, mathless)
    with _style():
        legend_rows = len(figure.curves) + (figure.target is not None)
        height = 3.3 + 0.21 * legend_rows
        canvas = Figure(figsize=(4.9, height), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        handles = _lines(axes, figure)
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(figure.y_title)
        axes.set_ylim(figure.bottom, _top(figure))
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
        _plain(axes)
        canvas.legend(
            handles=handles, loc="outside lower left", frameon=False, fontsize=9, handlelength=3.2, labelspacing=0.3
        )
        return _svg(canvas)


def draw_picture(figure: Picture) -> str:
    """Return the SVG document of any other figure."""
    figure = throughout(figure, mathless)
    if isinstance(figure, ForestFigure):
        return _draw_forest(figure)
    return _draw_parallel(figure) if isinstance(figure, ParallelFigure) else _draw_points(figure)


def _draw_forest(figure: ForestFigure) -> str:
    """Return estimates with intervals below each other; filled where the verdict is decided."""
    with _style():
        canvas = Figure(figsize=(6.4, 0.95 + 0.27 * len(figure.estimates)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.axvline(figure.neutral, color="#555555", linewidth=1.2)
        if figure.margin:
            axes.axvspan(figure.neutral - figure.margin, figure.neutral + figure.margin, color="#e4e4e4", linewidth=0)
        if figure.logarithmic:
            axes.set_xscale("log")
        for place, estimate in enumerate(figure.estimates):
            colour = _VERDICT_COLOURS.get(estimate.verdict, "#555555")
            if math.isfinite(estimate.low) and math.isfinite(estimate.high):
                axes.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=1.6)
            decided = estimate.verdict in ("better", "worse", "equivalent")
            face = colour if decided else "white"
            axes.plot(
                estimate.value, place, _VERDICT_MARKERS.get(estimate.verdict, "o"), color=colour, markerfacecolor=face
            )
        labels = [textwrap.shorten(estimate.label, 44, placeholder=" …") for estimate in figure.estimates]
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        if figure.logarithmic:
            _mark_ratios(axes)
        axes.set_xlabel(figure.x_title)
        _plain(axes)
        axes.grid(visible=False, axis="y")
        return _svg(canvas)


def _mark_ratios(axes: Axes) -> None:
    """Mark a logarithmic axis at 1, 2 and 5 of each power of ten, or evenly where it is too short for that."""
    low, high = axes.get_xlim()
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [first * 10.0**power for power in powers for first in (1, 2, 5) if low <= first * 10.0**power <= high]
    if len(ticks) < 3:
        ticks = [
            tick for tick in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= tick <= high
        ]
    elif len(ticks) > 7:
        ticks = [tick for tick in ticks if math.log10(tick).is_integer()]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(low, high)


def _draw_parallel(figure: ParallelFigure) -> str:
    """Return a line a variant across parallel axes; the better, the darker and the later drawn."""
    with _style():
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
        return _svg(canvas)


def _draw_points(figure: PointFigure) -> str:
    """Return the SVG document of points with their intervals, joined where they belong together."""
    with _style():
        named = [series for series in figure.series if series.label]
        canvas = Figure(figsize=(4.9, 3.3 + 0.21 * len(named)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        for place, series in enumerate(figure.series):
            colour = PALETTE[place % len(PALETTE)]
            marker = _MARKERS[place % len(_MARKERS)]
            for x, low, high in zip(series.x, series.low, series.high, strict=True):
                if not math.isnan(low):
                    axes.plot([x, x], [low, high], color=colour, linewidth=1.1)
            line = _DASHES[place % len(_DASHES)] if series.joined else "none"
            style: dict[str, Any] = {"color": colour, "linestyle": line, "linewidth": 1.6, "markersize": 5}
            style |= {"drawstyle": "steps-post"} if figure.staircase else {"marker": marker}
            axes.plot(series.x, series.y, label=textwrap.shorten(series.label, 66), **style)
        if figure.logarithmic:
            axes.set_xscale("log")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
        axes.set_xlabel(figure.x_title)
        axes.set_ylabel(figure.y_title)
        _plain(axes)
        if named:
            canvas.legend(loc="outside lower left", frameon=False, fontsize=9, handlelength=3.2, labelspacing=0.3)
        return _svg(canvas)


def _plain(axes: Axes) -> None:
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _svg(canvas: Figure) -> str:
    file = io.StringIO()
    canvas.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return file.getvalue()


def inline(svg: str, prefix: str, label: str) -> str:
    """Return the ``<svg>`` element for a page: fluid, named for a screen reader, its ids unique by the prefix."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'\bid="', f'id="{prefix}-', element)
    element = re.sub(r'href="#', f'href="#{prefix}-', element)
    element = element.replace("url(#", f"url(#{prefix}-")
    head, rest = element.split(">", 1)
    head = re.sub(r'\s(width|height|xmlns:xlink|version)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{_attribute(label)}">{rest}'.strip()


def _lines(axes: Axes, figure: CurveFigure) -> list[Line2D]:
    handles = []
    for place, curve in enumerate(figure.curves):
        colour = PALETTE[place % len(PALETTE)]
        dashes = _DASHES[place % len(_DASHES)]
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
        handles.append(axes.axhline(figure.target, label=f"target {figure.target:.6g} %", **style))
    return handles


def _top(figure: CurveFigure) -> float:
    """Return the upper end of the y axis: a little above the highest point, no higher than 100 %."""
    lines = [line for curve in figure.curves for line in (curve.mean, *curve.replicates)]  # bands may go beyond
    highest = max([y for line in lines for y in line.y] + [figure.target or 0.0])
    return min(100.0, highest + 0.08 * max(highest - figure.bottom, 0.1)) if highest < 100 else 100.2


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
