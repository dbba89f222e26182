"""What a study's variants bring against what they cost: parameters, operations, seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.findings.facts import Facts
from harness.findings.figures import is_wide
from harness.findings.finding import Finding
from harness.findings.plots.front import FrontFigure, FrontPoint
from harness.findings.rows import Row
from harness.findings.search.dominance import front_of
from harness.findings.wording import show_interval
from harness.metrics import METRICS, Metric
from harness.study import Study

CHAPTER = "What it costs"
_FEWEST = 3
"""Variants from which a front says more than a table."""
_MOST = 60
_NAMED = 8
"""Variants that are all named in the figure; of more, those on the front."""
_ALIKE = 1.01
"""Costs that differ by less than this factor are the same to a reader."""
_COSTS = ("parameters", "macs", "train_seconds")
_NOTE = (
    "Vertical lines are 95 % intervals of the mean, small dots single trainings. The steps are the best mean that so "
    "much buys. Which differences are sure is in the verdicts: a step alone makes no claim."
)


def analyse(facts: Facts) -> Finding:
    """Return a figure for each cost in which at least three variants differ; a search has its own front."""
    design, rows = facts.study.design, [row for row in facts.rows if row.finished]
    if design.explores or design.screens or not _FEWEST <= len(rows) <= _MOST:
        return Finding()
    wanted = METRICS[brings(facts.study, rows)]
    figures = (_figure(facts, rows, wanted, METRICS[cost]) for cost in _COSTS if cost != wanted.name)
    return Finding(plots=tuple(figure for figure in figures if figure))


def brings(study: Study, rows: Sequence[Row]) -> str:
    """Return the metric that says what a variant brings: the study's first of which there are means, else accuracy."""
    asked = (name for name in study.metrics if METRICS[name].unit.compared == "difference" and name in rows[0].scores)
    return next(asked, "test_accuracy")


@dataclass(frozen=True)
class _Priced:
    row: Row
    cost: float


def _figure(facts: Facts, rows: Sequence[Row], wanted: Metric, price: Metric) -> FrontFigure | None:
    """Return the figure of one cost; None where it is not known of every variant, or the same."""
    priced = [_Priced(row, _cost(facts, row, price)) for row in rows]
    costs = [one.cost for one in priced]
    if not all(math.isfinite(cost) and cost > 0 for cost in costs) or max(costs) < _ALIKE * min(costs):
        return None
    priced = sorted(priced, key=lambda one: one.cost)
    scores = [one.row.scores[wanted.name] for one in priced]
    if not all(math.isfinite(score.estimate) for score in scores):
        return None
    signs = (wanted.sign, price.sign)
    front = front_of([(score.estimate, one.cost) for score, one in zip(scores, priced, strict=True)], signs)
    named = [on_it or len(priced) <= _NAMED for on_it in front]
    points = tuple(_point(facts, one, wanted, price, name) for one, name in zip(priced, named, strict=True))
    told = "; ".join(point.says for point, on_it in zip(points, front, strict=True) if on_it)
    return FrontFigure(
        name=f"{wanted.name}_for_{price.name}",
        title=f"{wanted.title.capitalize()} against {price.title}",
        x_title=price.title + (", mean" if price.unit.clocked else ""),
        y_title=wanted.heading,
        logarithmic=is_wide(costs),
        by_error=wanted.is_share and wanted.better == "higher",
        cheap=price.better,
        points=points,
        points_title="variants",
        front=tuple(front),
        explored=(),
        levels=(),
        description=f"Variants that none beats in both {wanted.title} and {price.title}, by their means: {told}.",
        chapter=CHAPTER,
        note=_NOTE,
    )


def _cost(facts: Facts, row: Row, price: Metric) -> float:
    """Return a count, or the mean of the seconds that count; NaN where it is unknown or must not be compared."""
    if not price.unit.clocked:
        count = row.counts.get(price.name)
        return math.nan if count is None else float(count)
    seconds = facts.by_digest[row.digest].clocked(price.name).astype(float)
    return math.nan if row.withheld or not len(seconds) else float(np.mean(seconds))


def _point(facts: Facts, priced: _Priced, wanted: Metric, price: Metric, named: bool) -> FrontPoint:
    row, scale, score = priced.row, wanted.unit.scale, priced.row.scores[wanted.name]
    each = facts.by_digest[row.digest].values(wanted.name).astype(float).tolist()
    return FrontPoint(
        label=row.label,
        cost=priced.cost,
        value=scale * score.estimate,
        low=scale * score.low,
        high=scale * score.high,
        each=tuple(scale * one for one in each if math.isfinite(one)),
        told=row.label if named else "",
        says=f"{row.label}: {price.show(priced.cost)} {price.title}, "
        f"{wanted.title} {show_interval(wanted.name, score)}",
    )
