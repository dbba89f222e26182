"""Each variant against the reference, metric by metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.findings.groups import Group
from harness.findings.rows import Row
from harness.judging import Contrast, Judged, judge_study
from harness.metrics import METRICS, counted
from harness.records import Asked
from harness.stats import Verdict
from harness.study import Phase, Study

_SPLITS = ("validation", "test")
"""Of images on which a class may be missing from the answers."""


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


def with_what_happened(
    contrasts: Mapping[str, Sequence[Contrast]], groups: Sequence[Group]
) -> dict[str, tuple[Contrast, ...]]:
    """Return digest -> contrasts, with a note on scores of variants whose trainings came to different ends.

    Where some trainings never predict a class, each such class costs its whole share of the images: values have several
    peaks, and what a mean of them says is so of no training.

    Args:
        contrasts: digest of a variant -> its comparisons.
        groups: the trials of each variant, the reference first.
    """
    base, known = groups[0], {group.digest: group for group in groups}
    told = {}
    for digest, found in contrasts.items():
        note = _silent_classes(known[digest], "")
        note = "; ".join(filter(None, [note, _silent_classes(base, f"{base.label}: ")]))
        told[digest] = tuple(_noted(one, note) if METRICS[one.metric].split in _SPLITS else one for one in found)
    return told


def dead_classes(group: Group) -> np.ndarray:
    """Return how many classes each finished training never predicts, where it was recorded; (n,)."""
    if "dead_classes" not in group.columns:
        return np.zeros(0)
    known = group.values("dead_classes").astype(float)
    finite: np.ndarray = known[~np.isnan(known)]
    return finite


def _silent_classes(group: Group, who: str) -> str:
    dead = dead_classes(group)
    if not (dead > 0).any():
        return ""
    return f"{who}{int((dead > 0).sum())} of {counted(len(dead), 'training')} never predict some class"


def _noted(contrast: Contrast, note: str) -> Contrast:
    return replace(contrast, note="; ".join(filter(None, [contrast.note, note]))) if note else contrast


def best_first(rows: list[Row], metric: str) -> list[int]:
    """Return the positions of rows by how a metric's contrast came out, decided verdicts before others."""
    order = {Verdict.BETTER: 0, Verdict.WORSE: 1, Verdict.EQUIVALENT: 2, Verdict.IDENTICAL: 3, Verdict.UNDECIDED: 4}

    def key(place: int) -> tuple[int, float]:
        found = [contrast for contrast in rows[place].contrasts if contrast.metric == metric]
        if not found:
            return (5, 0.0)
        size = found[0].size
        return (order[found[0].verdict], math.inf if np.isnan(size) else -METRICS[metric].sign * size)

    return sorted(range(len(rows)), key=key)
