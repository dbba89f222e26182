"""The front of a search with two objectives: what one costs in the other."""

from __future__ import annotations

import math

from harness.findings.facts import Facts
from harness.findings.figures import PointFigure, Series, is_wide
from harness.findings.finding import Finding
from harness.findings.wording import show_value
from harness.metrics import METRICS
from harness.study import Phase


def analyse(facts: Facts) -> Finding:
    """Return all variants of a search with two objectives, the Pareto-optimal ones joined."""
    if len(facts.study.design.objectives) != 2:
        return Finding()
    first, second = facts.study.design.objectives
    known = [row for row in facts.rows if row.finished and all(math.isfinite(value) for value in row.objectives)]
    if not known:
        return Finding()
    scale = 100 if METRICS[first].unit == "share" else 1
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
        ends = [row.scores.get(first) if row.phase == Phase.CONFIRM else None for row in ordered]
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
    seconds = [row.objectives[1] for row in known]
    unit = " (%)" if scale == 100 else ""
    best = [
        f"{show_value(second, row.objectives[1])} {METRICS[second].title}: {show_value(first, row.objectives[0])}{unit}"
        for row in sorted(known, key=lambda row: row.objectives[1])
        if row.pareto
    ]
    figure = PointFigure(
        name="front",
        title=f"{METRICS[first].title.capitalize()} against {METRICS[second].title}",
        x_title=METRICS[second].title,
        y_title=f"{METRICS[first].title}{unit}",
        logarithmic=is_wide(seconds),
        series=tuple(one for one in series if one.x),
        description=f"Pareto-optimal variants: {'; '.join(best)}.",
        chapter="The front",
        note="Vertical lines are 95 % intervals of means.",
    )
    return Finding(plots=(figure,))
