"""Differences to the reference as forest plots: one for each metric that was tested."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.findings.contrasts import best_first
from harness.findings.facts import Facts
from harness.findings.figures import Estimate, ForestFigure
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.judging import Contrast
from harness.judging.contrast import show_effect, show_ends
from harness.metrics import METRICS
from harness.study import Study

CHAPTER = "Differences to the reference"
_MOST = 30
_NOTE = (
    "Horizontal lines are 95 % intervals. A triangle up is better, down worse, a square equivalent, a diamond "
    "identical, an open circle undecided: verdicts are judged together, so that an interval beside the line may still "
    "be undecided."
)

_ARROW = "An arrow: to that side the data set no bound."


def analyse(facts: Facts) -> Finding:
    """Return a figure for each metric of the study in which some variant has an interval."""
    study, rows, figures = facts.study, facts.rows, []
    for metric in study.metrics:
        found = [
            (row, one) for row in rows for one in row.contrasts if one.metric == metric and not math.isnan(one.low)
        ]
        if not found:
            continue
        if len(found) > _MOST:
            order = best_first([row for row, _ in found], metric)[:_MOST]
            found = [found[place] for place in sorted(order)]
        figures.append(_forest(study, metric, rows[0].title, found))
    return Finding(plots=tuple(figures))


def _forest(study: Study, metric: str, reference: str, found: Sequence[tuple[Row, Contrast]]) -> ForestFigure:
    title, scale = METRICS[metric].title, METRICS[metric].unit.scale
    ratio = found[0][1].kind != "difference"
    estimates = tuple(
        Estimate(row.label, scale * one.estimate, scale * one.low, scale * one.high, str(one.verdict))
        for row, one in found
    )
    unbounded = ratio and any(one.low == 0 or math.isinf(one.high) for _, one in found)
    said = [f"{row.label} {show_effect(one)} ({show_ends(one)}), {one.verdict}" for row, one in found[:10]]
    return ForestFigure(
        name=f"difference_{metric}",
        title=f"{title.capitalize()}: {'ratio' if ratio else 'difference'} to the reference",
        x_title=f"{title}: times the reference's" if ratio else f"{title}: difference{METRICS[metric].points}",
        neutral=1.0 if ratio else 0.0,
        margin=0.0 if ratio else scale * study.margins.get(metric, 0.0),
        logarithmic=ratio,
        estimates=estimates,
        description=f"Against {reference} in {title}: {'; '.join(said)}.",
        chapter=CHAPTER,
        note=f"{_NOTE} {_ARROW}" if unbounded else _NOTE,
    )
