"""Reference values on the learning curves of the trainings that are to reproduce them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.findings.facts import Facts
from harness.findings.groups import Group
from harness.findings.trainings.figures import Landmark, Reproduced, ReproductionFigure
from harness.findings.trainings.runs import line_of, runs_of
from harness.metrics import METRICS, Metric, counted

CHAPTER = "Published figures on our learning curves"
_MOST_POINTS = 100
_MOST_TRAININGS = 30
_MOST_VARIANTS = 4
_KINDS = ("accuracy", "loss")
_COURSES = ("val", "train")
"""Whose learning curve shows the way of a metric that is not evaluated on it, the first that there is."""


class _Goal(NamedTuple):
    """A reference value as a point: steps (NaN for the end of a training) and value.

    ``reached`` says that it is of where the target was reached; ours is then where ours reached it.
    """

    name: str
    variant: str
    step: float
    value: float
    reached: bool = False


def reproductions(facts: Facts) -> tuple[ReproductionFigure, ...]:
    """Return a figure for each accuracy or loss that reference values are of.

    Steps to the target are one, too: where the target was reached elsewhere is a point on the curve that it watches.
    """
    goals: dict[str, list[_Goal]] = {}
    target = facts.study.target
    for one in facts.study.report.reference:
        metric, step = one.metric, math.nan if one.step is None else float(one.step)
        goal = _Goal(one.name, one.variant, step, one.value)
        if metric == "steps_to_target" and target is not None:
            metric, goal = target.metric, _Goal(one.name, one.variant, one.value, target.value, reached=True)
        if metric.partition("_")[2] in _KINDS and metric in facts.history:
            goals.setdefault(metric, []).append(goal)
    return tuple(figure for metric, of in goals.items() for figure in _figure(facts, metric, of))


def _figure(facts: Facts, metric: str, goals: Sequence[_Goal]) -> Iterator[ReproductionFigure]:
    measure = METRICS[metric]
    course = _course(facts, metric)
    labels = list(dict.fromkeys(goal.variant for goal in goals))[:_MOST_VARIANTS]
    variants = [
        _reproduced(facts, group, measure, course, [goal for goal in goals if goal.variant == label])
        for label in labels
        for group in facts.groups
        if group.label == label
    ]
    drawn = tuple(one for one in variants if one.measured)
    if not drawn:
        return
    marks = [mark.text for one in drawn for mark in one.published]
    note = (
        f"A line is the {METRICS[course].title} of one training, a dot what one came to in {measure.title}, a diamond "
    )
    note += "what is published."
    if measure.is_share:
        note += " The axis is spaced by the error: from 98 to 99 % is as far as from 80 to 90 %."
    yield ReproductionFigure(
        name=f"published_{metric}",
        title=f"{measure.title.capitalize()} beside what is published",
        x_title="steps",
        y_title=measure.heading,
        accuracy=measure.is_share,
        course=METRICS[course].title,
        metric=measure.title,
        variants=drawn,
        description=f"Chart of {measure.title} against steps beside {counted(len(marks), 'figure')} from elsewhere: "
        f"{'; '.join(marks)}.",
        chapter=CHAPTER,
        note=note,
    )


def _course(facts: Facts, metric: str) -> str:
    """Return the metric whose curve is drawn: the same where it was evaluated on the way, else one of other images."""
    kind = metric.partition("_")[2]
    names = [metric] if METRICS[metric].evaluated else [f"{split}_{kind}" for split in _COURSES]
    return next((name for name in names if name in facts.history and facts.history[name].notna().any()), metric)


def _reproduced(facts: Facts, group: Group, measure: Metric, course: str, goals: Sequence[_Goal]) -> Reproduced:
    history, scale, name = facts.history, measure.unit.scale, measure.name
    trials = sorted(group.values("trial").tolist())[:_MOST_TRAININGS]
    scored = history[history[name].notna() & history["trial"].isin(trials)]
    ends = dict(zip(group.values("trial").tolist(), group.values("steps").astype(float).tolist(), strict=True))
    last = dict(zip(group.values("trial").tolist(), group.values(name).astype(float).tolist(), strict=True))
    reached = dict(zip(group.values("trial").tolist(), group.values("steps_to_target").tolist(), strict=True))
    end = max((ends[trial] for trial in trials), default=math.nan)
    measured, published = [], []
    for goal in goals:
        if math.isnan(goal.step):
            found = [(ends[trial], last[trial]) for trial in trials]
        else:
            at = scored[scored["step"] == (scored["trial"].map(reached) if goal.reached else goal.step)]
            found = list(zip(at["step"].astype(float), at[name].astype(float), strict=True))
        measured += [(step, scale * value) for step, value in found if not math.isnan(step + value)]
        step = end if math.isnan(goal.step) else goal.step
        published.append(Landmark(step, scale * goal.value, _words(goal, measure)))
    ways = runs_of(history[history[course].notna()], course, trials)
    courses = tuple(line_of(run.step, METRICS[course].unit.scale * run.value, _MOST_POINTS) for run in ways)
    return Reproduced(group.label, courses, tuple(dict.fromkeys(measured)), tuple(published))


def _words(goal: _Goal, measure: Metric) -> str:
    when = "at the end" if math.isnan(goal.step) else f"after {counted(round(goal.step), 'step')}"
    return f"{goal.name}: {measure.show_given(goal.value)} {when}"
