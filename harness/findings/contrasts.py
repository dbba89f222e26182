"""Each variant against the reference, metric by metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from harness.findings.groups import Group
from harness.findings.rows import Row
from harness.judging import Judged, judge_study
from harness.metrics import METRICS
from harness.records import Asked
from harness.stats import Verdict
from harness.study import Phase, Study


def judged(study: Study, rows: Sequence[Row], groups: Sequence[Group], asked: Sequence[Asked] = ()) -> Judged:
    """Return what is said of each variant in each metric, and of each factor; nothing where no claim may be made.

    No claim is made of the reference itself, of a variant that a search only explored, against a base that the search
    has not trained afresh, and where nothing has finished.

    Args:
        study: the study.
        rows: a row a group, the reference first.
        groups: their trials.
        asked: what was asked of the study so far, in order.
    """
    if rows[0].phase == Phase.SEARCH:
        return Judged({})
    samples = {
        row.digest: group.sample(row.withheld)
        for row, group in zip(rows[1:], groups[1:], strict=True)
        if row.phase != Phase.SEARCH
    }
    return judge_study(study, samples, groups[0].sample(), asked)


def best_first(rows: list[Row], metric: str) -> list[int]:
    """Return the positions of rows by how a metric's contrast came out, decided verdicts before others."""
    order = {Verdict.BETTER: 0, Verdict.WORSE: 1, Verdict.EQUIVALENT: 2, Verdict.IDENTICAL: 3, Verdict.UNDECIDED: 4}

    def key(place: int) -> tuple[int, float]:
        found = [contrast for contrast in rows[place].contrasts if contrast.metric == metric]
        if not found:
            return (5, 0.0)
        size = found[0].estimate
        return (order[found[0].verdict], math.inf if np.isnan(size) else -METRICS[metric].sign * size)

    return sorted(range(len(rows)), key=key)
