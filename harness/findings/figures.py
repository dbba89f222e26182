"""What the figures of a report show, before they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.findings.plots.front import FrontFigure
from harness.findings.plots.heat import HeatFigure
from harness.findings.plots.slices import SliceFigure
from harness.findings.plots.slopes import SlopeFigure
from harness.findings.trainings.figures import ReachedFigure, ReproductionFigure, StripFigure


@dataclass(frozen=True)
class Series:
    """Points that belong together.

    Attributes:
        label: what they have in common; empty if the figure has no other series.
        x: where they are.
        y: how high.
        low: lower ends of their intervals; NaN where there is none.
        high: upper ends.
        names: what each point is; empty for points without names.
        joined: whether a line goes through them.
        steps: whether that line is level until the next point, and the points are not marked.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    names: tuple[str, ...] = ()
    joined: bool = True
    steps: bool = False


@dataclass(frozen=True)
class PointFigure:
    """A figure of points with intervals.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis.
        y_title: label of the y axis with its unit.
        logarithmic: whether the x axis is.
        series: points, at most ten series.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
        ticks: where the x axis is marked, with what is written there; empty for round numbers.
        by_error: whether y is a share (%) of which more is better, so that its axis is logarithmic in what is missing
            to 100 %.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    logarithmic: bool
    series: tuple[Series, ...]
    description: str
    chapter: str
    note: str = ""
    ticks: tuple[tuple[float, str], ...] = ()
    by_error: bool = False


@dataclass(frozen=True)
class Pair:
    """What one replicate says of a variant and what it is compared with.

    Attributes:
        replicate: which.
        value: the difference or ratio of its two trainings.
        bound: "at most" or "at least" where one of them never reached the target, so that no more is known; else empty.
    """

    replicate: int
    value: float
    bound: str = ""


@dataclass(frozen=True)
class Estimate:
    """A line of a forest plot.

    Attributes:
        label: what it is of.
        value: the estimate; NaN where there is none, but something to say of it.
        low: lower end of its interval; NaN if there is none.
        high: upper end.
        verdict: "better", "worse", "equivalent", "identical" or "undecided"; empty for none.
        pairs: what each pair of trainings says.
        told: the estimate with its interval in words, or why there is none.
    """

    label: str
    value: float
    low: float
    high: float
    verdict: str
    pairs: tuple[Pair, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class ForestFigure:
    """Estimates with intervals below each other, about a line of no difference.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis with its unit.
        neutral: where there is no difference: 0, or 1 for a ratio.
        margin: differences within plus or minus this do not matter; 0 for none.
        logarithmic: whether the x axis is.
        estimates: from top to bottom, at most thirty.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
        better: "higher" or "lower": on which side of the line the better ones lie; empty if neither is better.
        margin_told: the margin in words; empty for none.
    """

    name: str
    title: str
    x_title: str
    neutral: float
    margin: float
    logarithmic: bool
    estimates: tuple[Estimate, ...]
    description: str
    chapter: str
    note: str = ""
    better: str = ""
    margin_told: str = ""


Plot = (
    PointFigure
    | ForestFigure
    | FrontFigure
    | SliceFigure
    | SlopeFigure
    | HeatFigure
    | ReachedFigure
    | ReproductionFigure
    | StripFigure
)
"""Any figure but the learning curves."""

_WIDE = 8.0
"""Ratio of the largest to the smallest value from which an axis is logarithmic."""


def is_wide(values: Sequence[float]) -> bool:
    """Whether values are so far apart that their axis should be logarithmic."""
    return min(values) > 0 and max(values) / min(values) >= _WIDE
