"""What each pair of trainings says, one of a variant and one of the reference with the same replicate."""

from __future__ import annotations

import math

import pandas as pd

from harness.findings.figures import Pair
from harness.judging import Sample
from harness.metrics import METRICS


def values_of(sample: Sample, base: Sample, metric: str) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return what both measured, by replicate, of the replicates in which both have a value; the variant's first."""
    ours, theirs = sample.by_replicate(metric).dropna(), base.by_replicate(metric).dropna()
    both = ours.index.intersection(theirs.index).sort_values()
    return ours[both], theirs[both]


def pairs_of(sample: Sample, base: Sample, metric: str) -> tuple[Pair, ...]:
    """Return the difference of each pair, scaled as it is shown, or its ratio where a metric is compared as one.

    Of a time to the target that one of both never reached, only on which side of a number the ratio lies is known; of
    one that neither reached, nothing.
    """
    row = METRICS[metric]
    if row.unit.compared == "difference":
        ours, theirs = values_of(sample, base, metric)
        return tuple(
            Pair(int(replicate), row.unit.scale * float(ours[replicate] - theirs[replicate]))
            for replicate in ours.index
        )
    if row.watched:
        return _of_times(sample, base, metric)
    ours, theirs = values_of(sample, base, metric)
    return tuple(
        Pair(int(replicate), float(ours[replicate] / theirs[replicate]))
        for replicate in ours.index
        if ours[replicate] > 0 and theirs[replicate] > 0
    )


def _of_times(sample: Sample, base: Sample, metric: str) -> tuple[Pair, ...]:
    ours, theirs = sample.times(metric), base.times(metric)
    found = []
    for replicate in ours.at.index.intersection(theirs.at.index).sort_values():
        at, reference = float(ours.at[replicate]), float(theirs.at[replicate])
        missed, base_missed = bool(ours.missed[replicate]), bool(theirs.missed[replicate])
        if (missed and base_missed) or not (at > 0 and reference > 0):
            continue
        if missed:
            ratio, bound = at / reference, "at least"
        else:
            ratio, bound = (0.0 if math.isinf(reference) else at / reference), "at most" if base_missed else ""
        found.append(Pair(int(replicate), ratio, bound))
    return tuple(found)
