"""Figures in which every training is seen, before they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

TOGETHER = 4
"""Variants in one panel; more get a panel each."""


@dataclass(frozen=True)
class Line:
    """Points of a line, at most a few hundred."""

    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()


@dataclass(frozen=True)
class Training:
    """The learning curve of one training.

    Attributes:
        line: from its first evaluation to its last.
        reached: where it reached the target; None where it did not, or the figure shows another metric.
    """

    line: Line
    reached: tuple[float, float] | None = None


@dataclass(frozen=True)
class Curve:
    """Learning curves of one variant.

    Attributes:
        label: the row's label.
        trainings: one each, each to its own end.
        mean: their mean at the evaluations that all of them have; no points for a single training, and where
            trainings end far apart.
        apart: why there is no mean of several trainings, in words; empty if there is one.
    """

    label: str
    trainings: tuple[Training, ...]
    mean: Line
    apart: str = ""


@dataclass(frozen=True)
class CurveFigure:
    """One figure of learning curves.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis with its unit.
        y_title: label of the y axis with its unit.
        target: height of the target line, in the unit of y; None for no line.
        curves: a curve a variant, the reference first.
        left_out: labels of variants with curves that are not drawn.
        description: what a reader who cannot see it should know.
        goal: the target in words.
        logarithmic: whether the y axis is: it shows an error, which falls.
        x_logarithmic: whether the x axis is.
        bottom: where a linear y axis starts, in the unit of y.
        most: the largest value that there is, in the unit of y.
        evaluations: steps at which any training was evaluated, if those are on the x axis: it is marked at some.
        note: how to read it.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    target: float | None
    curves: tuple[Curve, ...]
    left_out: tuple[str, ...]
    description: str
    goal: str = ""
    logarithmic: bool = False
    x_logarithmic: bool = False
    bottom: float = 0.0
    most: float = 100.0
    evaluations: tuple[float, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Reached:
    """How many trainings of one variant have reached the target by when.

    Attributes:
        label: the row's label.
        x: times at which the share changes, from 0 to the last that is known.
        y: share from each on (%), one minus the estimate of Kaplan & Meier (1958).
        missed: when trainings ended without reaching it.
        reached: trainings that reached it.
        finished: all trainings.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    missed: tuple[float, ...]
    reached: int
    finished: int


@dataclass(frozen=True)
class ReachedFigure:
    """Shares of trainings that have reached the target, against time.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis with its unit.
        y_title: label of the y axis with its unit.
        logarithmic: whether the x axis is.
        curves: a curve a variant, the reference first.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
        evaluations: steps at which any training was evaluated, if those are on the x axis: it is marked at some.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    logarithmic: bool
    curves: tuple[Reached, ...]
    description: str
    chapter: str
    note: str = ""
    evaluations: tuple[float, ...] = ()


@dataclass(frozen=True)
class Landmark:
    """A reference value, where it belongs on a learning curve.

    Attributes:
        x: steps after which it holds.
        y: the figure, in the unit of y.
        text: it in words, with its name.
    """

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Reproduced:
    """A variant beside reference values.

    Attributes:
        label: the row's label.
        courses: a line a training.
        measured: what each training came to where a reference value holds: steps and value.
        published: the reference values.
    """

    label: str
    courses: tuple[Line, ...]
    measured: tuple[tuple[float, float], ...]
    published: tuple[Landmark, ...]


@dataclass(frozen=True)
class ReproductionFigure:
    """Reference values on learning curves of ours.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis, which is logarithmic.
        y_title: label of the y axis with its unit.
        accuracy: whether y is an accuracy (%): its axis is spaced by the error, logarithmically. Another y axis is
            logarithmic where its values are wide apart.
        course: what the lines show.
        metric: what the points show.
        variants: the variants that there are figures of.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    accuracy: bool
    course: str
    metric: str
    variants: tuple[Reproduced, ...]
    description: str
    chapter: str
    note: str = ""


@dataclass(frozen=True)
class Strip:
    """What each training of one variant came to.

    Attributes:
        label: the row's label.
        values: one a training, in the unit of the axis.
        says: what is written beside them.
    """

    label: str
    values: tuple[float, ...]
    says: str


@dataclass(frozen=True)
class StripFigure:
    """A dot a training, a strip a variant.

    Attributes:
        name: file name without ending.
        title: what it shows.
        x_title: label of the x axis with its unit.
        strips: from top to bottom.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    x_title: str
    strips: tuple[Strip, ...]
    description: str
    chapter: str
    note: str = ""
