"""The front of a search with two objectives: what one costs in the other."""

from __future__ import annotations

import math

from harness.findings.facts import Facts
from harness.findings.figures import is_wide
from harness.findings.finding import Finding
from harness.findings.plots.front import FrontFigure, FrontPoint
from harness.findings.rows import Row, answered_in, came_to
from harness.findings.wording import show_interval
from harness.metrics import METRICS
from harness.study import Phase

CHAPTER = "The front"
_NOTE = (
    "Vertical lines are 95 % intervals of the mean, small dots single trainings. The steps are the best that so much "
    "buys: a variant below them costs at least as much as one that is better."
)
_ONCE = " Grey rings were explored once: what a search looked at is no evidence, and they make no steps."

_NAMED = 10
"""Variants of the front that its description names; a table has the others."""


def analyse(facts: Facts) -> Finding:
    """Return the variants by both objectives, in the metrics of the answer, and the steps of those that may claim it.

    These are the confirmed variants, or of a search that has none yet all that it explored.
    """
    if len(facts.study.design.objectives) != 2:
        return Finding()
    known = [row for row in facts.rows if row.finished]
    confirmed = [row for row in known if row.phase == Phase.CONFIRM]
    claiming = confirmed or known
    if not claiming:
        return Finding()
    wanted, price = (METRICS[answered_in(claiming[0], name)] for name in facts.study.design.objectives)
    points = _points(facts, claiming, wanted.name)
    if not points:
        return Finding()
    others = [row for row in known if row.phase != Phase.CONFIRM] if confirmed else []
    explored = _points(facts, others, wanted.name)
    best = {row.digest for row in claiming if row.pareto}
    pairs = sorted(((point, row.digest in best) for point, row in points), key=lambda pair: pair[0].cost)
    figure = FrontFigure(
        name="front",
        title=f"{wanted.title.capitalize()} against {price.title}",
        x_title=price.title,
        y_title=wanted.heading,
        logarithmic=is_wide([point.cost for point, _ in (*points, *explored)]),
        by_error=wanted.is_share and wanted.better == "higher",
        cheap=price.better,
        points=tuple(point for point, _ in pairs),
        points_title="confirmed" if confirmed else "explored once",
        front=tuple(on_it for _, on_it in pairs),
        explored=tuple(point for point, _ in explored),
        levels=tuple((wanted.unit.scale * level, wanted.show_given(level)) for level in facts.study.design.reaching),
        description=_description(wanted.title, price.title, [point for point, on_it in pairs if on_it]),
        chapter=CHAPTER,
        note=_NOTE + (_ONCE if explored else ""),
    )
    return Finding(plots=(figure,))


def _points(facts: Facts, rows: list[Row], wanted: str) -> list[tuple[FrontPoint, Row]]:
    """Return the rows that have both values as points; with what is to be written beside those on the front."""
    metric, price = METRICS[wanted], METRICS[facts.study.design.objectives[1]]
    found = []
    for row in rows:
        objectives = facts.study.design.objectives
        cost = came_to(row, 1, objectives[1])
        score = row.scores.get(wanted)
        value = score.estimate if score else came_to(row, 0, objectives[0])
        if not (math.isfinite(cost) and math.isfinite(value)):
            continue
        each = facts.by_digest[row.digest].values(wanted).astype(float).tolist()
        scale = metric.unit.scale
        told = show_interval(wanted, score) if score else metric.show(value)
        point = FrontPoint(
            label=row.label,
            cost=cost,
            value=scale * value,
            low=scale * score.low if score else math.nan,
            high=scale * score.high if score else math.nan,
            each=tuple(scale * one for one in each if math.isfinite(one)),
            told=f"{price.show(cost)}: {metric.show_with_unit(value)}" if row.pareto else "",
            says=f"{row.label}: {price.show(cost)} {price.title}, {metric.title} {told}",
        )
        found.append((point, row))
    return found


def _description(wanted: str, price: str, front: list[FrontPoint]) -> str:
    """Name the variants of the front with what they cost and bring."""
    told = "; ".join(f"{point.label} ({point.told})" for point in front[:_NAMED])
    more = f"; and {len(front) - _NAMED} more" if len(front) > _NAMED else ""
    return f"Pareto-optimal in {wanted} and {price}, the cheapest first: {told}{more}."
