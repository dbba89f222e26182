"""What a numeric factor does, level by level."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.findings.facts import Facts
from harness.findings.figures import PointFigure, Series, is_wide
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.findings.wording import show_interval
from harness.metrics import METRICS
from harness.stats import Interval
from harness.study import Level, Study, show_level
from harness.study.variant import short_names

_FEWEST = 3
_MOST = 10


def analyse(facts: Facts) -> Finding:
    """Return a figure for each numeric factor with three levels or more; of a search, none."""
    if facts.study.design.explores:
        return Finding()
    drawn = (_level_figure(facts.study, path, facts.rows) for path in facts.study.design.dimensions)
    return Finding(plots=tuple(figure for figure in drawn if figure))


def _level_figure(study: Study, path: str, rows: Sequence[Row]) -> PointFigure | None:
    """Return the first metric against the levels of one factor, a line for each setting of the others."""
    found = {row.digest: row for row in rows}
    metric = next((name for name in study.metrics if name in rows[0].scores), "test_accuracy")
    others = [other for other in study.design.dimensions if other != path]
    lines: dict[str, list[tuple[float, Interval]]] = {}
    names = short_names(list(study.design.dimensions))
    for variant in study.variants:
        level = _number(variant.settings[path])
        row = found.get(variant.digest)
        if level is None or row is None or math.isnan(row.scores[metric].estimate):
            continue
        changed = [other for other in others if not study.is_base_level(other, variant.settings[other])]
        if changed and not study.design.crossed:
            continue  # one at a time: another factor's levels are no line of this one
        label = ", ".join(f"{names[other]}={show_level(variant.settings[other])}" for other in others)
        lines.setdefault(label if study.design.crossed else "", []).append((level, row.scores[metric]))
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
        logarithmic=is_wide(levels),
        series=tuple(_series(label, metric, points) for label, points in lines.items()),
        description=f"{title.capitalize()} against {names[path]} with 95 % intervals: {'; '.join(said)}.",
        chapter="What the levels do",
        note="Vertical lines are 95 % intervals of means.",
        ticks=tuple((level, f"{level:,.0f}" if level >= 1000 else f"{level:g}") for level in sorted(set(levels))),
        by_error=METRICS[metric].is_share and METRICS[metric].better == "higher",
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
