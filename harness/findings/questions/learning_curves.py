"""Learning curves: which points of the history are drawn."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from harness.findings.facts import Facts
from harness.findings.figures import Curve, CurveFigure, Line
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.metrics import METRICS, Metric, counted
from harness.study import Phase

MOST_CURVES = 10
_MOST_POINTS = 200
_POINTS_IN_ALL = 8000
_BAND_FROM = 3
"""What keeps a figure readable, and a page with two of them well under 1 MB."""
_NOTHING = Line((), ())


def analyse(facts: Facts) -> Finding:
    """Return the accuracy against steps and, if all seconds may be compared, against training seconds.

    The same of metrics that the study names and that are measured at every evaluation for that alone. The first ten
    variants with curves are drawn; in a search that has confirmed variants, only those.
    """
    first = "val_accuracy" if facts.study.data.validation else "train_accuracy"
    asked = [name for name in facts.study.asked_metrics if METRICS[name].evaluated and name in facts.history]
    return Finding(curves=tuple(figure for metric in (first, *asked) for figure in _figures(facts, metric)))


def _figures(facts: Facts, metric: str) -> tuple[CurveFigure, ...]:
    study, history, rows = facts.study, facts.history, facts.rows
    known = history[history[metric].notna()]
    measured = set(known["trial"].unique().tolist())
    confirmed = any(row.phase == Phase.CONFIRM and row.finished for row in rows)
    shown = [row for row in rows if not confirmed or row.phase == Phase.CONFIRM]
    found = [row for row in shown if not measured.isdisjoint(row.trials)]
    if not found:
        return ()
    left_out = tuple(row.label for row in found[MOST_CURVES:])
    drawn = [(row, _runs(known, metric, row.trials)) for row in found[:MOST_CURVES]]
    measure = METRICS[metric]
    scale = measure.unit.scale
    bottom = _bottom(drawn, measure)
    target = study.target.value if study.target and study.target.metric == metric else None
    axes = [("step", "steps", "steps")]
    timed = [(row, _runs(known, metric, row.timed)) for row, _ in drawn]
    if not any(row.withheld or not runs for row, runs in timed):
        axes.append(("train_seconds", "seconds", "training seconds"))
    title = measure.title
    lines = 3 * len(drawn)
    most = max(10, min(_MOST_POINTS, _POINTS_IN_ALL // lines))
    return tuple(
        CurveFigure(
            name=f"{metric}_by_{name}",
            title=f"{title.capitalize()} against {words}",
            x_title=words,
            y_title=measure.heading,
            target=None if target is None else scale * target,
            bottom=bottom,
            curves=tuple(
                _curve(row.label, runs, column, most, scale) for row, runs in (drawn if column == "step" else timed)
            ),
            left_out=left_out,
            description=_describe(drawn if column == "step" else timed, measure, words, column),
            goal="" if target is None else measure.show_given(target),
            most=scale if measure.is_share else math.inf,
        )
        for column, name, words in axes
    )


class _Run(NamedTuple):
    """The evaluations of one trial, (n,) each, by step; values as they were measured."""

    step: np.ndarray
    train_seconds: np.ndarray
    value: np.ndarray

    def at(self, column: str) -> np.ndarray:
        """Return "step" or "train_seconds"."""
        return self.step if column == "step" else self.train_seconds

    def only(self, steps: np.ndarray) -> _Run:
        """Return the evaluations at these steps, which it has; of several at one step, the last."""
        if np.array_equal(self.step, steps):
            return self
        places = np.searchsorted(self.step, steps, side="right") - 1
        return _Run(*(column[places] for column in self))


def _runs(known: pd.DataFrame, metric: str, numbers: Sequence[int]) -> list[_Run]:
    trials = known["trial"].to_numpy()  # tidy history is sorted by trial and step
    columns = [known[name].to_numpy(float) for name in ("step", "train_seconds", metric)]
    found = []
    for trial in sorted(numbers):
        first, end = np.searchsorted(trials, trial), np.searchsorted(trials, trial, side="right")
        if end > first:
            found.append(_Run(*(column[first:end] for column in columns)))
    return found


def _curve(label: str, runs: list[_Run], column: str, most: int, scale: float) -> Curve:
    """Return the lines of one variant; the mean ends where the first replicate does, or it would jump there.

    From three replicates there is a band of pointwise 95 % intervals of the mean (Student's t) instead of their lines.
    """
    distinct = {run.step.tobytes(): run.step for run in runs}  # most stop at the same steps
    steps = functools.reduce(np.intersect1d, distinct.values())
    aligned = [run.only(steps) for run in runs]
    x = np.mean([run.at(column) for run in aligned], axis=0)
    values = scale * np.array([run.value for run in aligned])
    mean = _line(x, values.mean(axis=0), most)
    if len(runs) < _BAND_FROM:
        return Curve(
            label, mean, _NOTHING, _NOTHING, tuple(_line(run.at(column), scale * run.value, most) for run in runs)
        )
    half = special.stdtrit(len(runs) - 1, 0.975) * values.std(axis=0, ddof=1) / math.sqrt(len(runs))
    low, high = (_line(x, values.mean(axis=0) + sign * half, most) for sign in (-1, 1))
    return Curve(label, mean, low, high, ())


def _line(x: np.ndarray, y: np.ndarray, most: int) -> Line:
    known = ~(np.isnan(x.astype(float)) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) > most:
        kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
        x, y = x[kept], y[kept]
    return Line(tuple(x.astype(float).tolist()), tuple(y.tolist()))


def _bottom(drawn: list[tuple[Row, list[_Run]]], metric: Metric) -> float:
    """Return where the axis starts: of shares so that the last stretch of the worst curve fills a good part of it.

    Curves shoot up from 10 % in a few steps and spend the rest within a point or two of each other.
    """
    scale = metric.unit.scale
    last = min(float(np.mean([run.value[-1] for run in runs])) for _, runs in drawn)
    lowest = min(float(run.value.min()) for _, runs in drawn for run in runs)
    if not metric.is_share or metric.better == "lower":
        return scale * lowest
    return max(scale * lowest, scale / 100 * math.floor(100 - 5 * (100 - 100 * last)), 0.0)


def _describe(drawn: list[tuple[Row, list[_Run]]], metric: Metric, words: str, column: str) -> str:
    ends = []
    for row, runs in drawn:
        height = metric.show_with_unit(float(np.mean([run.value[-1] for run in runs])))
        at = float(np.mean([run.at(column)[-1] for run in runs]))
        ends.append(f"{row.label} ends at {height} after {at:,.0f} {words}")
    return f"Line chart of {metric.title} against {words} for {counted(len(drawn), 'variant')}: {'; '.join(ends)}."
