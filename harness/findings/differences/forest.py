"""Differences to the reference as forest plots: one for each metric that was tested, with a dot for each pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from harness.findings.contrasts import best_first
from harness.findings.differences.each_pair import pairs_of
from harness.findings.facts import Facts
from harness.findings.figures import Estimate, ForestFigure
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.judging import Contrast
from harness.judging.contrast import show_effect, show_ends
from harness.metrics import METRICS, NOTHING
from harness.study import Study

CHAPTER = "Differences to the reference"
_MOST = 30
_NOTE = (
    "Lines are 95 % intervals; a small dot below a line is one pair: a training of the variant and the reference's "
    "with the same split and batch order. Verdicts are judged together, so that an interval beside the line may "
    "still be undecided."
)
_ARROW = "An arrow: to that side the data set no bound, or one of a pair never reached the target."


def analyse(facts: Facts) -> Finding:
    """Return a figure for each metric of the study in which some variant has an estimate.

    A variant without one is there, too, with the reason.
    """
    study, rows, figures = facts.study, facts.rows, []
    for metric in study.metrics:
        found = [(row, one) for row in rows for one in row.contrasts if one.metric == metric and one.kind != "exact"]
        if all(math.isnan(one.estimate) for _, one in found):
            continue
        if len(found) > _MOST:
            order = best_first([row for row, _ in found], metric)[:_MOST]
            found = [found[place] for place in sorted(order)]
        figures.append(_forest(facts, metric, found))
    arrows = any(one.bound for figure in figures for line in figure.estimates for one in line.pairs)
    arrows |= any(_is_open(line, figure.logarithmic) for figure in figures for line in figure.estimates)
    note = f"{_NOTE} {_ARROW}" if arrows else _NOTE
    return Finding(plots=tuple(replace(figure, note=note) for figure in figures))


def margin_in_words(study: Study, metric: str) -> str:
    """Write the margin of a metric: ``±0.2 points``; empty for none, and for ratios: a margin is a difference."""
    margin, unit = study.margins.get(metric, 0.0), METRICS[metric].unit
    if not margin or unit.compared != "difference":
        return ""
    return f"±{unit.scale * margin:g}{unit.points}"


def _is_open(line: Estimate, ratio: bool) -> bool:
    """Whether the data set no bound to an interval on one side."""
    return math.isinf(line.high) or math.isinf(line.low) or (ratio and line.low == 0)


def _forest(facts: Facts, metric: str, found: Sequence[tuple[Row, Contrast]]) -> ForestFigure:
    study, row = facts.study, METRICS[metric]
    ratio = row.unit.compared != "difference"
    said = [f"{row.label} {_told(one)}, {one.verdict}" for row, one in found[:10]]
    return ForestFigure(
        name=f"difference_{metric}",
        title=f"{row.title.capitalize()}: {'ratio' if ratio else 'difference'} to the reference",
        x_title=f"{row.title}: times the reference's" if ratio else f"{row.title}: difference{row.points}",
        neutral=1.0 if ratio else 0.0,
        margin=0.0 if ratio else row.unit.scale * study.margins.get(metric, 0.0),
        logarithmic=ratio,
        estimates=tuple(
            _line(facts, metric, one, row.unit.scale if not ratio else 1.0, contrast) for one, contrast in found
        ),
        description=f"Against {facts.rows[0].title} in {row.title}: {'; '.join(said)}.",
        chapter=CHAPTER,
        better=row.better,
        margin_told=margin_in_words(study, metric),
    )


def _line(facts: Facts, metric: str, row: Row, scale: float, contrast: Contrast) -> Estimate:
    sample, base = facts.by_digest[row.digest].sample(row.withheld), facts.groups[0].sample()
    known = not math.isnan(contrast.estimate)
    return Estimate(
        label=row.label,
        value=scale * contrast.estimate,
        low=scale * contrast.low,
        high=scale * contrast.high,
        verdict=str(contrast.verdict) if known else "",
        pairs=pairs_of(sample, base, metric) if known else (),
        told=_told(contrast),
    )


def _told(contrast: Contrast) -> str:
    """Write estimate and interval, or why there is none."""
    if math.isnan(contrast.estimate):
        return contrast.note or "not compared"
    ends = show_ends(contrast)
    return show_effect(contrast) if contrast.one_sided or ends == NOTHING else f"{show_effect(contrast)} ({ends})"
