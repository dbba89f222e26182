"""The answer in one short sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.findings.rows import Row
from harness.findings.wording import listed, quoted
from harness.judging import Contrast
from harness.judging.contrast import show_effect
from harness.metrics import METRICS, SECONDS
from harness.stats import Verdict

IN_FULL = 2
"""Variants that get a whole sentence each; for more there is a sentence for each metric."""
WITHOUT = "without a verdict"
"""What is said of a metric in which nothing was tested."""
PREPOSITION = {Verdict.UNDECIDED: "on"}
"""What comes between a verdict and a metric, where it is not `in`."""


def headline(rows: Sequence[Row], said: Sequence[str]) -> str:
    """Return the answer in one short sentence, for a table of answers.

    Args:
        rows: rows with their contrasts, the reference first.
        said: the sentences of the answer; the first of them is taken, and of one or two variants what came out.
    """
    claims = [row for row in rows[1:] if row.contrasts]
    sizes = [one for row in claims for one in row.contrasts if not math.isnan(one.estimate)]
    if not sizes or len(claims) > IN_FULL:
        return said[0]
    parts = [f"{quoted(row.label)} is {listed([_briefly(one) for one in row.contrasts])}" for row in claims]
    text = f"Against {rows[0].title}, {'; '.join(parts)}."
    return text if said[0].startswith("Against ") else f"{said[0]} {text}"


def _briefly(contrast: Contrast) -> str:
    """Say verdict and size: "faster (0.65 times)", "undecided on test accuracy (+0.12 points)"."""
    verdict, metric = contrast.verdict, METRICS[contrast.metric]
    if not contrast.judged:
        return f"{WITHOUT} on {metric.title}"
    word = metric.adjectives.get(verdict, f"{verdict} {PREPOSITION.get(verdict, 'in')} {metric.title}")
    if metric.unit is SECONDS and verdict in metric.adjectives:
        word += f" in {metric.title}"
    if math.isnan(contrast.estimate):
        return word
    told = contrast.kind == "time_ratio" or verdict is not Verdict.UNDECIDED
    missed = f"; {contrast.note}" if told and contrast.note else ""
    return f"{word} ({show_effect(contrast)}{missed})"
