"""Learning curves: every training to its own end, and which points of the history are drawn."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from harness.findings.facts import Facts
from harness.findings.figures import is_wide
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.findings.trainings.figures import TOGETHER, Curve, CurveFigure, Line, Training
from harness.findings.trainings.runs import Run, line_of, runs_of
from harness.findings.trainings.scattered import why_apart
from harness.findings.wording import listed, quoted
from harness.metrics import METRICS, RECORDED, Metric, counted
from harness.study import Phase

MOST_CURVES = 10
MOST_TRAININGS = 30
"""Trainings of a variant that are drawn."""
_MOST_POINTS = 200
_POINTS_IN_ALL = 8000
"""What keeps a figure readable, and a page with two of them well under 1 MB."""


def analyse(facts: Facts) -> Finding:
    """Return the error against steps and, if all seconds may be compared, against training seconds.

    The same of metrics that the study names and that are measured at every evaluation for that alone. The first ten
    variants with curves are drawn; in a search that has confirmed variants, only those.
    """
    first = "val_accuracy" if facts.study.data.validation else "train_accuracy"
    asked = [name for name in facts.study.asked_metrics if METRICS[name].evaluated and name in facts.history]
    return Finding(curves=tuple(figure for metric in (first, *asked) for figure in _figures(facts, metric)))


class _Drawn(NamedTuple):
    """One variant: its row, its trainings that have been evaluated, and why they have no mean."""

    row: Row
    runs: list[Run]
    apart: str


def _figures(facts: Facts, metric: str) -> tuple[CurveFigure, ...]:
    history, rows, measure = facts.history, facts.rows, METRICS[metric]
    known = history[history[metric].notna()]
    measured = set(known["trial"].unique().tolist())
    confirmed = any(row.phase == Phase.CONFIRM and row.finished for row in rows)
    shown = [row for row in rows if not confirmed or row.phase == Phase.CONFIRM]
    found = [row for row in shown if not measured.isdisjoint(row.trials)]
    if not found:
        return ()
    target = facts.study.target
    watched = target is not None and target.metric == metric
    drawn = []
    for row in found[:MOST_CURVES]:
        group = facts.by_digest[row.digest]
        runs = runs_of(known, metric, row.trials, group if watched else None)
        ends = np.array([run.value[-1] for run in runs if measure.is_share])
        drawn.append(_Drawn(row, runs, why_apart(group, ends)))
    timed = [
        one._replace(runs=runs_of(known, metric, one.row.timed, facts.by_digest[one.row.digest] if watched else None))
        for one in drawn
    ]
    axes = [("step", "steps", "steps", drawn)]
    if not any(one.row.withheld or not one.runs for one in timed):
        axes.append(("train_seconds", "seconds", "training seconds", timed))
    shape = _Shape(measure, any(one.apart for one in drawn))
    return tuple(
        CurveFigure(
            name=f"{metric}_by_{name}",
            title=f"{shape.title.capitalize()} against {words}{_but(drawn)}",
            x_title=words,
            y_title=shape.heading,
            target=None if target is None or not watched else shape.height(target.value),
            curves=_curves(of, column, shape),
            left_out=tuple(row.label for row in found[MOST_CURVES:]),
            description=_describe(of, shape, words, column),
            goal=measure.show_given(target.value) if target is not None and watched else "",
            logarithmic=shape.logarithmic,
            x_logarithmic=column == "train_seconds" and is_wide([_end(one, column) for one in of]),
            bottom=_bottom(drawn, measure),
            most=measure.unit.scale if measure.is_share else math.inf,
            evaluations=_evaluations(drawn) if column == "step" else (),
            note=_note(drawn, shape, watched, len(found)),
        )
        for column, name, words, of in axes
    )


class _Shape(NamedTuple):
    """How a metric is drawn: accuracies as errors on a logarithmic axis, where late progress is seen.

    Not where trainings end far apart, in steps of a class each: equal steps are equal heights on a linear axis.
    """

    metric: Metric
    apart: bool

    @property
    def logarithmic(self) -> bool:
        return self.metric.is_share and self.metric.title.endswith("accuracy") and not self.apart

    @property
    def title(self) -> str:
        title = self.metric.title
        return title.removesuffix("accuracy") + "error" if self.logarithmic else title

    @property
    def heading(self) -> str:
        return f"{self.title} (%)" if self.logarithmic else self.metric.heading

    def height(self, value: float) -> float:
        return float(self.heights(np.array([value]))[0])

    def heights(self, values: np.ndarray) -> np.ndarray:
        """Return where values are drawn. Rounding takes away what subtracting adds: 100 − 94 is 6."""
        scaled = self.metric.unit.scale * values
        return np.round(100 - scaled, 9) if self.logarithmic else scaled


def _curves(drawn: list[_Drawn], column: str, shape: _Shape) -> tuple[Curve, ...]:
    sizes = [min(len(one.runs), MOST_TRAININGS) + 1 for one in drawn]
    panels = len(drawn) - 1 if len(drawn) > TOGETHER else 1
    lines = sum(sizes) + (panels - 1) * sizes[0]  # the reference is in each
    most = max(10, min(_MOST_POINTS, _POINTS_IN_ALL // lines))
    return tuple(_curve(one, column, most, shape) for one in drawn)


def _curve(drawn: _Drawn, column: str, most: int, shape: _Shape) -> Curve:
    """Return the lines of one variant; the mean ends where the first training does, or it would jump there."""
    trainings = []
    for run in drawn.runs[:MOST_TRAININGS]:
        x, y = run.at(column), shape.heights(run.value)
        place = run.reached
        reached = None if place < 0 or math.isnan(x[place]) else (float(x[place]), float(y[place]))
        trainings.append(Training(line_of(x, y, most), reached))
    mean = Line()
    if len(drawn.runs) > 1 and not drawn.apart:
        distinct = {run.step.tobytes(): run.step for run in drawn.runs}  # most stop at the same steps
        steps = functools.reduce(np.intersect1d, distinct.values())
        places = [run.places_of(steps) for run in drawn.runs]
        x = np.mean([run.at(column)[at] for run, at in zip(drawn.runs, places, strict=True)], axis=0)
        y = np.mean([run.value[at] for run, at in zip(drawn.runs, places, strict=True)], axis=0)
        mean = line_of(x, shape.heights(y), most)
    return Curve(drawn.row.label, tuple(trainings), mean, drawn.apart)


def _bottom(drawn: list[_Drawn], metric: Metric) -> float:
    """Return where a linear axis starts: of shares so that the last stretch of the worst curve fills a good part of it.

    Curves shoot up from 10 % in a few steps and spend the rest within a point or two of each other.
    """
    scale = metric.unit.scale
    last = min(float(run.value[-1]) for one in drawn for run in one.runs)
    lowest = min(float(run.value.min()) for one in drawn for run in one.runs)
    if not metric.is_share or metric.better == "lower" or any(one.apart for one in drawn):
        return scale * lowest
    return max(scale * lowest, scale / 100 * math.floor(100 - 5 * (100 - 100 * last)), 0.0)


def _end(drawn: _Drawn, column: str) -> float:
    return float(np.mean([run.at(column)[-1] for run in drawn.runs]))


def _evaluations(drawn: list[_Drawn]) -> tuple[float, ...]:
    return tuple(np.unique(np.concatenate([run.step for one in drawn for run in one.runs])).tolist())


def _but(drawn: list[_Drawn]) -> str:
    apart = [quoted(one.row.label) for one in drawn if one.apart]
    if not apart:
        return ""
    return f": trainings of {apart[0] if len(apart) == 1 else counted(len(apart), 'variant')} end far apart"


def _note(drawn: list[_Drawn], shape: _Shape, watched: bool, found: int) -> str:
    said = [
        "A thin line is one training, to its own end" + ("; a dot is where it reached the target." if watched else ".")
    ]
    if any(len(one.runs) > 1 and not one.apart for one in drawn):
        said.append("Thick lines are means, as far as all trainings of the variant go.")
    apart = [f"{quoted(one.row.label)} ({one.apart})" for one in drawn if one.apart]
    if apart:
        said.append(f"No mean is drawn of {listed(apart)}: it would describe none of the trainings.")
    if shape.logarithmic:
        said.append("The error is 100 % minus the accuracy, on a logarithmic axis.")
    if len(drawn) > TOGETHER:
        said.append(f"Each panel has one variant, with {quoted(drawn[0].row.label)} in grey.")
    if any(len(one.runs) > MOST_TRAININGS for one in drawn):
        said.append(f"Of each variant the first {MOST_TRAININGS} trainings are drawn.")
    if found > len(drawn):
        said.append(
            f"{counted(found - len(drawn), 'more variant')} {'is' if found - len(drawn) == 1 else 'are'} not drawn."
        )
    return " ".join(said)


def _describe(drawn: list[_Drawn], shape: _Shape, words: str, column: str) -> str:
    metric, place = shape.metric, RECORDED["steps" if column == "step" else "train_seconds"]
    ends = []
    for one in drawn:
        value = _from_to([metric.show_with_unit(float(end)) for end in sorted(run.value[-1] for run in one.runs)])
        at = _from_to([place.show(float(end)) for end in sorted(run.at(column)[-1] for run in one.runs)])
        ends.append(f"{one.row.label} ends at {value} after {at} {words}")
    return f"Line chart of {metric.title} against {words} for {counted(len(drawn), 'variant')}: {'; '.join(ends)}."


def _from_to(ends: list[str]) -> str:
    return ends[0] if ends[0] == ends[-1] else f"{ends[0]} to {ends[-1]}"
