"""Points with intervals: what a numeric factor does, and the front of a search with two objectives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.findings.figures import PointFigure, Series
from harness.findings.report import Row
from harness.findings.wording import show_interval
from harness.metrics import METRICS
from harness.stats import Interval
from harness.study import Factorial, Level, Search, Study, grid, show_level
from harness.study.variant import short_names

_FEWEST = 3
_MOST = 10
_WIDE = 8.0
"""Ratio of the largest to the smallest level from which the axis is logarithmic."""


def plots(study: Study, rows: Sequence[Row]) -> tuple[PointFigure, ...]:
    """Return a figure for each numeric factor with three levels or more; of a search, its front."""
    if isinstance(study.design, Search):
        return _front(study.design, rows)
    figures = []
    for path in study.design.dimensions:
        figure = _level_figure(study, path, rows)
        if figure:
            figures.append(figure)
    return tuple(figures)


def _level_figure(study: Study, path: str, rows: Sequence[Row]) -> PointFigure | None:
    """Return the first metric against the levels of one factor, a line for each setting of the others."""
    found = {row.digest: row for row in rows}
    metric = next((name for name in study.metrics if name in rows[0].scores), "test_accuracy")
    others = [other for other in study.design.dimensions if other != path]
    lines: dict[str, list[tuple[float, Interval]]] = {}
    names = short_names(list(study.design.dimensions))
    for variant in grid(study):
        level = _number(variant.settings[path])
        row = found.get(variant.digest)
        if level is None or row is None or math.isnan(row.scores[metric].estimate):
            continue
        changed = [other for other in others if not study.is_base_level(other, variant.settings[other])]
        if changed and not isinstance(study.design, Factorial):
            continue  # one at a time: another factor's levels are no line of this one
        label = ", ".join(f"{names[other]}={show_level(variant.settings[other])}" for other in others)
        lines.setdefault(label if isinstance(study.design, Factorial) else "", []).append((level, row.scores[metric]))
    lines = {label: sorted(points, key=lambda point: point[0]) for label, points in lines.items()}
    levels = [level for points in lines.values() for level, _ in points]
    if len(set(levels)) < _FEWEST or len(lines) > _MOST:
        return None
    title = METRICS[metric].title
    said = [
        f"{names[path]} {show_level(level)}: {show_interval(metric, interval)}"
        for level, interval in next(iter(lines.values()))
    ]
    return PointFigure(
        name=f"{metric}_by_{path.replace('.', '_')}",
        title=f"{title.capitalize()} against {names[path]}",
        x_title=path,
        y_title=METRICS[metric].heading,
        logarithmic=min(levels) > 0 and max(levels) / min(levels) >= _WIDE,
        series=tuple(_series(label, metric, points) for label, points in lines.items()),
        description=f"{title.capitalize()} against {names[path]} with 95 % intervals: {'; '.join(said)}.",
        chapter="What the levels do",
        note="Vertical lines are 95 % intervals of means.",
    )


def _number(level: Level) -> float | None:
    """Return a level as a number, or None if it is not one."""
    return None if isinstance(level, bool) or not isinstance(level, (int, float)) else float(level)


def _series(label: str, metric: str, points: Sequence[tuple[float, Interval]]) -> Series:
    scale = METRICS[metric].unit.scale
    return Series(
        label=label,
        x=tuple(level for level, _ in points),
        y=tuple(scale * interval.estimate for _, interval in points),
        low=tuple(scale * interval.low for _, interval in points),
        high=tuple(scale * interval.high for _, interval in points),
    )


def _front(design: Search, rows: Sequence[Row]) -> tuple[PointFigure, ...]:
    """Return all variants of a search with two objectives, the Pareto-optimal ones joined."""
    if len(design.objectives) != 2:
        return ()
    first, second = design.objectives
    known = [row for row in rows if row.finished and all(math.isfinite(value) for value in row.objectives)]
    if not known:
        return ()
    scale = METRICS[first].unit.scale
    explored = [row for row in known if row.phase == "search"]
    confirmed = [row for row in known if row.phase == "confirm"]
    groups = [
        ("explored", [row for row in explored if not row.pareto], False),
        ("explored, Pareto-optimal", [row for row in explored if row.pareto], True),
        ("confirmed with fresh replicates", confirmed, False),
    ]
    series = []
    for label, members, joined in groups:
        ordered = sorted(members, key=lambda row: row.objectives[1])
        ends = [row.scores.get(first) if row.phase == "confirm" else None for row in ordered]
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
    goal, cost = METRICS[first], METRICS[second]
    unit = goal.heading.removeprefix(goal.title)
    best = [
        f"{cost.show(row.objectives[1])} {cost.title}: {goal.show(row.objectives[0])}{unit}"
        for row in sorted(known, key=lambda row: row.objectives[1])
        if row.pareto
    ]
    return (
        PointFigure(
            name="front",
            title=f"{goal.title.capitalize()} against {cost.title}",
            x_title=cost.title,
            y_title=goal.heading,
            logarithmic=min(seconds) > 0 and max(seconds) / min(seconds) >= _WIDE,
            series=tuple(one for one in series if one.x),
            description=f"Pareto-optimal variants: {'; '.join(best)}.",
            chapter="The front",
            note="Vertical lines are 95 % intervals of means.",
        ),
    )
