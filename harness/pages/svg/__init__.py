"""Figures as SVG documents: a module for each kind."""

from __future__ import annotations

import re

from harness.escaping import mathless, throughout
from harness.findings.figures import ForestFigure, Plot
from harness.findings.plots.front import FrontFigure
from harness.findings.plots.heat import HeatFigure
from harness.findings.plots.slices import SliceFigure
from harness.findings.plots.slopes import SlopeFigure
from harness.findings.report import Report
from harness.findings.trainings.confusion import ConfusionFigure
from harness.findings.trainings.figures import (
    CurveFigure,
    ReachedFigure,
    ReproductionFigure,
    StripFigure,
)
from harness.pages.svg.forest import draw_forest
from harness.pages.svg.plots.front import draw_front
from harness.pages.svg.plots.heat import draw_heat
from harness.pages.svg.plots.slices import draw_slices
from harness.pages.svg.plots.slopes import draw_slopes
from harness.pages.svg.points import draw_points
from harness.pages.svg.style import themeless
from harness.pages.svg.trainings.confusion import draw_confusion
from harness.pages.svg.trainings.curves import draw_curves
from harness.pages.svg.trainings.reached import draw_reached
from harness.pages.svg.trainings.reproduced import draw_reproduction
from harness.pages.svg.trainings.strips import draw_strips

_PIXELS = 1.4
"""How many of a page's pixels a point of a figure is: 10 points of text are as large as the page's."""


def draw_all(report: Report) -> dict[str, str]:
    """Return name of each figure -> its SVG document."""
    return {figure.name: draw(figure) for figure in (*report.curves, *report.plots)}


def draw(figure: CurveFigure | ConfusionFigure | Plot) -> str:
    """Return the SVG document of one figure."""
    match throughout(figure, mathless):
        case CurveFigure() as curves:
            return draw_curves(curves)
        case ReachedFigure() as reached:
            return draw_reached(reached)
        case ReproductionFigure() as reproduction:
            return draw_reproduction(reproduction)
        case ConfusionFigure() as confusion:
            return draw_confusion(confusion)
        case StripFigure() as strips:
            return draw_strips(strips)
        case ForestFigure() as forest:
            return draw_forest(forest)
        case FrontFigure() as front:
            return draw_front(front)
        case SliceFigure() as slices:
            return draw_slices(slices)
        case SlopeFigure() as slopes:
            return draw_slopes(slopes)
        case HeatFigure() as heat:
            return draw_heat(heat)
        case points:
            return draw_points(points)


def inline(svg: str, prefix: str, label: str) -> str:
    """Return the ``<svg>`` element for a page: fluid, named for a screen reader, its ids unique by the prefix."""
    element = themeless(svg[svg.index("<svg") :])
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'\bid="', f'id="{prefix}-', element)
    element = re.sub(r'href="#', f'href="#{prefix}-', element)
    element = element.replace("url(#", f"url(#{prefix}-")
    head, rest = element.split(">", 1)
    width = re.search(r'\swidth="([\d.]+)pt"', head)
    head = re.sub(r'\s(width|height|xmlns:xlink|version)="[^"]*"', "", head)
    head += f' style="max-width:{_PIXELS * float(width[1]):.0f}px"' if width else ""  # text of one size in all figures
    return f'{head} role="img" aria-label="{_attribute(label)}">{rest}'.strip()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
