"""A grid of two factors as a heat map: which combination is best, and whether what they do adds up."""

from __future__ import annotations

import math

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.plots.heat import HeatCell, HeatFigure
from harness.findings.rows import Row
from harness.findings.wording import show_interval
from harness.metrics import METRICS
from harness.study import show_level
from harness.study.variant import short_names

CHAPTER = "The grid"
_FEWEST = 6
"""Combinations from which a map is read faster than a table."""
_MOST_LEVELS = 12
_NOTE = (
    "Means of each combination; the lighter, the better. Below them the verdict against the reference, judged together "
    "with all others."
)


def analyse(facts: Facts) -> Finding:
    """Return a map for each metric of the study of which there are means, of a full grid of two factors."""
    design = facts.study.design
    spaces = list(design.dimensions.values())
    if not design.crossed or len(spaces) != 2 or len(facts.study.variants) < _FEWEST:
        return Finding()
    if max(len(space) for space in spaces) > _MOST_LEVELS:
        return Finding()
    asked = [name for name in facts.study.metrics if name in facts.rows[0].scores]
    return Finding(plots=tuple(figure for name in asked if (figure := _figure(facts, name))))


def _figure(facts: Facts, metric: str) -> HeatFigure | None:
    row, study = METRICS[metric], facts.study
    down, across = _longer_across(facts)
    names = short_names(list(study.design.dimensions))
    levels = {path: _in_order(study.design.dimensions[path]) for path in (down, across)}
    found = {one.digest: one for one in facts.rows}
    cells = []
    for variant in study.variants:
        known = found.get(variant.digest)
        if known is None or not math.isfinite(known.scores[metric].estimate):
            continue
        places = [levels[path].index(show_level(variant.settings[path])) for path in (down, across)]
        cells.append(_cell(metric, known, places[0], places[1], known is facts.rows[0]))
    if len(cells) < _FEWEST:
        return None
    best = max(cells, key=lambda cell: row.sign * cell.value)
    return HeatFigure(
        name=f"{metric}_grid",
        title=f"{row.title.capitalize()} by {names[across]} and {names[down]}",
        row_title=names[down],
        column_title=names[across],
        rows=tuple(levels[down]),
        columns=tuple(levels[across]),
        cells=tuple(cells),
        better=row.better,
        by_error=row.is_share and row.better == "higher",
        description=f"Heat map of {row.title}: best is {best.says}.",
        chapter=CHAPTER,
        note=_NOTE,
    )


def _longer_across(facts: Facts) -> tuple[str, str]:
    """Return which factor goes down and which, with more levels, across."""
    first, second = facts.study.design.dimensions
    more = len(facts.study.design.dimensions[first]) > len(facts.study.design.dimensions[second])
    return (second, first) if more else (first, second)


def _in_order(space: object) -> list[str]:
    """Return the levels of a factor as text: numbers by size, others as the study names them."""
    levels = list(space)  # type: ignore[call-overload]
    if all(isinstance(level, (int, float)) and not isinstance(level, bool) for level in levels):
        levels = sorted(levels)
    return [show_level(level) for level in levels]


def _cell(metric: str, row: Row, down: int, across: int, reference: bool) -> HeatCell:
    score = row.scores[metric]
    verdict = next((str(one.verdict) for one in row.contrasts if one.metric == metric and one.judged), "")
    told = "reference" if reference else verdict
    return HeatCell(
        row=down,
        column=across,
        value=METRICS[metric].unit.scale * score.estimate,
        text=METRICS[metric].show(score.estimate),
        verdict=told,
        says=f"{row.label}: {show_interval(metric, score)}" + (f", {told}" if told else ""),
    )
