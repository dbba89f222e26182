"""What a search came to, in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.findings.answer.phrases import Words
from harness.findings.rows import Row, answered_in
from harness.findings.wording import listed
from harness.metrics import METRICS, counted
from harness.study import Phase

_NAMED = 8
"""Variants of the front that are named; a table has the others."""


def search_outcome(rows: Sequence[Row], objectives: Sequence[str], words: Mapping[str, Words]) -> str:
    """Say what was explored, which row leads, and on what evidence.

    Args:
        rows: all of them.
        objectives: of the search.
        words: label -> how it is said.
    """
    confirmed = [row for row in rows if row.phase == Phase.CONFIRM and row.finished]
    explored = [row for row in rows if row.phase == Phase.SEARCH and row.finished]
    looked = f"Of {counted(len(explored) + len(confirmed), 'variant')} that finished a trial, {len(confirmed)}"
    if confirmed:
        text = f"{looked} {'was' if len(confirmed) == 1 else 'were'} trained again with fresh replicates; of these"
    else:
        text = f"{looked} have been trained again with fresh replicates, so that this is exploration, no claim; so far"
    if len(objectives) == 1:
        return f"{text}, {_leader(confirmed or explored, objectives[0], words)}."
    front = [words[row.label].text for row in (confirmed or explored) if row.pareto]
    more = f" and {len(front) - _NAMED} more" if len(front) > _NAMED else ""
    titles = listed([METRICS[answered_in((confirmed or explored)[0], name)].title for name in objectives])
    verb = "is" if len(front) == 1 else "are"
    return f"{text}, {len(front)} {verb} Pareto-optimal in {titles}: {'; '.join(front[:_NAMED])}{more}."


def _leader(rows: Sequence[Row], objective: str, words: Mapping[str, Words]) -> str:
    metric = METRICS[objective]
    best = min(rows, key=lambda row: math.inf if math.isnan(row.objectives[0]) else -metric.sign * row.objectives[0])
    value = metric.show_beside_title(best.objectives[0])
    mean = "mean of " if best.finished > 1 else ""
    said = words[best.label]
    trials = f"{mean}{counted(best.finished, 'trial')}"
    return f"{said.text} {'have' if said.plural else 'has'} the best {metric.title} ({value}, {trials})"
