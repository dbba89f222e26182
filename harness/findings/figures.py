"""What the figures of a report show, before they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    names: tuple[str, ...] = ()
    joined: bool = True


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
        staircase: whether the series are shares (%) that go up in steps, without points.
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
    staircase: bool = False


@dataclass(frozen=True)
class Estimate:
    """A line of a forest plot.

    Attributes:
        label: what it is of.
        value: the estimate.
        low: lower end of its interval; NaN if there is none.
        high: upper end.
        verdict: "better", "worse", "equivalent", "identical" or "undecided"; empty for none.
    """

    label: str
    value: float
    low: float
    high: float
    verdict: str


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


@dataclass(frozen=True)
class ParallelFigure:
    """Variants of a search as lines across parallel axes (Inselberg 1985, "The plane with parallel coordinates").

    Attributes:
        name: file name without ending.
        title: what it shows.
        axes: label of each axis with its lowest and highest value as text.
        lines: for each variant its place on each axis from 0 to 1, and from 0 to 1 how good it is.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    axes: tuple[tuple[str, str, str], ...]
    lines: tuple[tuple[tuple[float, ...], float], ...]
    description: str
    chapter: str
    note: str = ""


Plot = PointFigure | ForestFigure | ParallelFigure | ReachedFigure | ReproductionFigure | StripFigure
"""Any figure but the learning curves."""

_WIDE = 8.0
"""Ratio of the largest to the smallest value from which an axis is logarithmic."""


def is_wide(values: Sequence[float]) -> bool:
    """Whether values are so far apart that their axis should be logarithmic."""
    return min(values) > 0 and max(values) / min(values) >= _WIDE
