"""Paired slopes of a few variants: what each replicate does from the reference to the variant."""

from __future__ import annotations

import math

from harness.findings.differences.each_pair import values_of
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.plots.slopes import SlopeFigure, SlopePair, SlopePanel
from harness.findings.rows import Row
from harness.metrics import METRICS
from harness.study import BASE

CHAPTER = "Pair by pair"
_MOST_VARIANTS = 4
_FEWEST_PAIRS = 2
_MOST_PAIRS = 40
"""Lines of a panel that can still be told apart."""
_NOTE = (
    "A line is one replicate: the reference's training at the left and the variant's, with the same split and batch "
    "order, at the right. Solid where the variant is better, dashed where it is worse; the thick line joins the means "
    "(geometric ones for times)."
)
_LOST = " Pairs of which one never got there have no line."


def analyse(facts: Facts) -> Finding:
    """Return a figure for each metric of the study that was compared; of many variants or pairs, none."""
    compared = [row for row in facts.rows if row.contrasts]
    if not 1 <= len(compared) <= _MOST_VARIANTS:
        return Finding()
    figures = (_figure(facts, metric, compared) for metric in facts.study.metrics)
    found = [figure for figure in figures if figure]
    return Finding(plots=tuple(found))


def _figure(facts: Facts, metric: str, rows: list[Row]) -> SlopeFigure | None:
    """Return the figure of one metric; None where it is no matter of pairs, or no variant has any."""
    row = METRICS[metric]
    if row.unit.compared == "exact":
        return None
    panels = [panel for one in rows if (panel := _panel(facts, metric, one))]
    if not panels or any(len(panel.pairs) > _MOST_PAIRS for panel in panels):
        return None
    ratio = row.unit.compared == "ratio"
    base = facts.rows[0].label
    said = [
        f"{panel.label} is better in {panel.won} of {len(panel.pairs)}"
        + (f", {panel.lost} more lack a value" * bool(panel.lost))
        for panel in panels
    ]
    return SlopeFigure(
        name=f"pairs_{metric}",
        title=f"{row.title.capitalize()}, replicate by replicate",
        y_title=row.heading,
        base=base if base == BASE else "reference",
        better=row.better,
        by_error=row.is_share and row.better == "higher",
        logarithmic=ratio,
        panels=tuple(panels),
        description=f"Pairs of trainings in {row.title}: {'; '.join(said)}.",
        chapter=CHAPTER,
        note=_NOTE + (_LOST if any(panel.lost for panel in panels) else ""),
    )


def _panel(facts: Facts, metric: str, row: Row) -> SlopePanel | None:
    contrast = next(one for one in row.contrasts if one.metric == metric)
    group, base = facts.by_digest[row.digest], facts.groups[0]
    if math.isnan(contrast.estimate):
        return None
    ours, theirs = values_of(group.sample(row.withheld), base.sample(), metric)
    scale, sign = METRICS[metric].unit.scale, METRICS[metric].sign
    pairs = tuple(
        SlopePair(int(replicate), scale * float(theirs[replicate]), scale * float(ours[replicate]))
        for replicate in ours.index
    )
    if len(pairs) < _FEWEST_PAIRS:
        return None
    won = sum(sign * (pair.variant - pair.base) > 0 for pair in pairs)
    both = set(group.values("replicate").astype(int)) & set(base.values("replicate").astype(int))
    return SlopePanel(row.label, str(contrast.verdict), pairs, won, len(both) - len(pairs))
