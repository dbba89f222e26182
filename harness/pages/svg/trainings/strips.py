"""Strip plots: a dot a training, those that would cover each other stacked."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.findings.trainings.figures import StripFigure
from harness.pages.svg.marks import mark
from harness.pages.svg.style import INK, PALETTE, SOFT, plain_axes, report_style, svg_of
from harness.pages.svg.trainings.panels import wrapped

_WIDTH = 6.4
_DOT = 1 / 55
"""Width of a dot in lengths of the axis."""
_STEP = 0.13
"""From one dot of a stack to the next, in strips."""
_HIGHEST = 0.39


def draw_strips(figure: StripFigure) -> str:
    """Return the SVG document of one figure."""
    with report_style():
        return svg_of(plot_strips(figure))


def plot_strips(figure: StripFigure) -> Figure:
    """Draw a strip a variant, with a line at its mean."""
    canvas = Figure(figsize=(_WIDTH, 0.9 + 0.5 * len(figure.strips)), layout="constrained")
    FigureCanvasSVG(canvas)
    axes = canvas.add_subplot()
    values = [value for strip in figure.strips for value in strip.values]
    low, high = min(values), max(values)
    beyond = 0.05 * (high - low) or 0.01 * abs(high) or 1.0
    axes.set_xlim(low - beyond, high + beyond)
    for place, strip in enumerate(figure.strips):
        offsets = stacked(strip.values, _DOT * (high - low + 2 * beyond))
        heights = [place - offset for offset in offsets]
        (dots,) = axes.plot(strip.values, heights, "o", color=PALETTE[0], markersize=5, alpha=0.75, markeredgewidth=0)
        mark(dots, says=[f"{strip.label}: {value:.6g}" for value in strip.values])
        mean = sum(strip.values) / len(strip.values)
        axes.plot([mean, mean], [place - 0.3, place + 0.3], color=INK, linewidth=1.2, zorder=1)
        axes.text(1.01, place, strip.says, transform=axes.get_yaxis_transform(), fontsize=8, color=SOFT, va="center")
    axes.set_yticks(range(len(figure.strips)), [wrapped(strip.label, 26) for strip in figure.strips])
    axes.set_ylim(len(figure.strips) - 0.4, -0.6)
    axes.set_xlabel(figure.x_title)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.6g}"))
    plain_axes(axes)
    axes.grid(visible=False, axis="y")
    return canvas


def stacked(values: Sequence[float], width: float) -> list[float]:
    """Return how far each dot stands from the middle of its strip: above and below by turns where they would overlap.

    Dots that are closer than a width are one stack; of a stack that is too high the dots move together.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    stacks: list[list[int]] = []
    for place in order:
        if stacks and values[place] - values[stacks[-1][0]] < width:
            stacks[-1].append(place)
        else:
            stacks.append([place])
    offsets = [0.0] * len(values)
    for stack in stacks:
        step = min(_STEP, 2 * _HIGHEST / max(len(stack) - 1, 1))
        for rank, place in enumerate(stack):
            offsets[place] = (rank - (len(stack) - 1) / 2) * step
    return offsets
