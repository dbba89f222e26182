"""What something costs against what it brings."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class FrontPoint:
    """One variant.

    Attributes:
        label: which variant it is.
        cost: where it lies on the x axis.
        value: how high; the mean of its trainings, in the unit of y.
        low: lower end of the 95 % interval of the mean; NaN if there is none.
        high: upper end.
        each: what single trainings came to, in the unit of y.
        told: what is written beside it; empty for nothing.
        says: what it is and came to, for who points at it.
    """

    label: str
    cost: float
    value: float
    low: float = math.nan
    high: float = math.nan
    each: tuple[float, ...] = ()
    told: str = ""
    says: str = ""


@dataclass(frozen=True)
class FrontFigure:
    """Variants by cost and value, and the front as a staircase: the best value that so much buys.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis, the cost.
        y_title: label of the y axis with its unit.
        logarithmic: whether the x axis is.
        by_error: whether y is a share (%) of which more is better, so that its axis is logarithmic in what is missing
            to 100 %.
        cheap: "lower" or "higher": which way the cost is better.
        points: variants on which a claim may rest, by cost.
        points_title: what these are: "confirmed", "variants".
        front: of each of these whether no other is at least as good in both and better in one.
        explored: variants that were looked at once: no evidence.
        levels: heights that the study asked for, each with its text.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    logarithmic: bool
    by_error: bool
    cheap: str
    points: tuple[FrontPoint, ...]
    points_title: str
    front: tuple[bool, ...]
    explored: tuple[FrontPoint, ...]
    levels: tuple[tuple[float, str], ...]
    description: str
    chapter: str
    note: str = ""

    @property
    def stairs(self) -> tuple[FrontPoint, ...]:
        """The points of the front, by cost."""
        return tuple(point for point, on_it in zip(self.points, self.front, strict=True) if on_it)
