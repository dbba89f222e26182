"""Whether a difference in test accuracy would be there on new images like the test images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.findings.answer.phrases import Words
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.findings.wording import listed
from harness.judging import Contrast
from harness.judging.contrast import show_new_ends
from harness.metrics import METRICS
from harness.stats import Verdict

_NAMED = 5
"""Variants that are named in a sentence; the table has the others."""


def analyse(facts: Facts) -> Finding:
    """Say which verdicts hold on these test images alone; nothing where it was not recorded which ones were right."""
    found = [(row, one) for row in facts.rows for one in row.contrasts if not math.isnan(one.low_new)]
    return Finding(sentences=_only_on_these(found, facts.words))


def _only_on_these(found: Sequence[tuple[Row, Contrast]], words: Mapping[str, Words]) -> tuple[str, ...]:
    """Name the variants that are better or worse on these images, and may not be on new ones."""
    apart = [
        (row, one)
        for row, one in found
        if one.verdict in (Verdict.BETTER, Verdict.WORSE) and one.low_new <= 0 <= one.high_new
    ]
    if not apart:
        return ()
    unit = METRICS[apart[0][1].metric].unit.points
    named = [f"{words[row.label].text} ({show_new_ends(one)}{unit})" for row, one in apart[:_NAMED]]
    named += [f"{len(apart) - _NAMED} more"] if len(apart) > _NAMED else []
    title = METRICS[apart[0][1].metric].title
    return (f"On new images like these test images there may be no difference in {title}: {listed(named)}.",)
