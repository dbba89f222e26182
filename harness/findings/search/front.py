"""The front of a search with two objectives: what one costs in the other."""

from __future__ import annotations

import math

from harness.findings.facts import Facts
from harness.findings.figures import PointFigure, Series, is_wide
from harness.findings.finding import Finding
from harness.metrics import METRICS
from harness.study import Phase


def analyse(facts: Facts) -> Finding:
    """Return all variants of a search with two objectives, the Pareto-optimal ones joined."""
    if len(facts.study.design.objectives) != 2:
        return Finding()
    first, second = (METRICS[name] for name in facts.study.design.objectives)
    known = [row for row in facts.rows if row.finished and all(math.isfinite(value) for value in row.objectives)]
    if not known:
        return Finding()
    scale = first.unit.scale
    explored = [row for row in known if row.phase == Phase.SEARCH]
    confirmed = [row for row in known if row.phase == Phase.CONFIRM]
    groups = [
        ("explored", [row for row in explored if not row.pareto], False),
        ("explored, Pareto-optimal", [row for row in explored if row.pareto], True),
        ("confirmed with fresh replicates", confirmed, False),
    ]
    series = []
    for label, members, joined in groups:
        ordered = sorted(members, key=lambda row: row.objectives[1])
        ends = [row.scores.get(first.name) if row.phase == Phase.CONFIRM else None for row in ordered]
        series.append(
            Series(
                label=label,
                x=tuple(row.objectives[1] for row in ordered),
                y=tuple(scale * row.objectives[0] for row in ordered),
                low=tuple(math.nan if end is None else scale * end.low for end in ends),
                high=tuple(math.nan if end is None else scale * end.high for end in ends),
                names=tuple(row.label for row in ordered),
                joined=joined,
            )
        )
    costs = [row.objectives[1] for row in known]
    mark = first.heading.removeprefix(first.title)
    best = [
        f"{second.show(row.objectives[1])} {second.title}: {first.show(row.objectives[0])}{mark}"
        for row in sorted(known, key=lambda row: row.objectives[1])
        if row.pareto
    ]
    figure = PointFigure(
        name="front",
        title=f"{first.title.capitalize()} against {second.title}",
        x_title=second.title,
        y_title=first.heading,
        logarithmic=is_wide(costs),
        series=tuple(one for one in series if one.x),
        description=f"Pareto-optimal variants: {'; '.join(best)}.",
        chapter="The front",
        note="Vertical lines are 95 % intervals of means.",
    )
    return Finding(plots=(figure,))
