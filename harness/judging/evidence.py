"""One comparison before it is judged: estimate, interval, p-values over all looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from harness.judging.censored import censored
from harness.judging.contrast import Contrast, Evidence
from harness.judging.looking import at_looks, confidence
from harness.judging.sample import Sample
from harness.metrics import METRICS
from harness.stats import (
    LEVEL,
    Claim,
    Looks,
    PairedDifference,
    Verdict,
    difference_of_pairs,
    over_looks,
    pair_up,
    power_of_e,
    ratio_of_pairs,
    sign_flip,
    step_of,
)


@dataclass(frozen=True)
class Rules:
    """How comparisons are made.

    Attributes:
        margins: metric -> difference that does not matter, in its unit.
        overlap: held-out over training images of a cross-validation; 0 where replicates are independent.
        looks: when the data are looked at.
        steps: metric -> size of the steps that its values come in, where it is known: 1 over the images of an accuracy.
        level: the error that is left to a comparison where none of the others is decided yet.
    """

    margins: Mapping[str, float]
    overlap: float
    looks: Looks
    steps: Mapping[str, float] = field(default_factory=dict)
    level: float = LEVEL


def gather(metric: str, sample: Sample, base: Sample, rules: Rules) -> Evidence:
    """Return what is known of one variant against the base in one metric.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        sample: the variant's trials.
        base: the base's.
        rules: how they are compared.
    """
    row = METRICS[metric]
    if row.unit.compared == "exact":
        return Evidence(_exact(metric, sample, base, rules))
    if row.unit.clocked and sample.withheld:
        return _missing(metric, f"not compared: {sample.withheld}")
    if row.unit.clocked and (sample.disturbed or base.disturbed):
        both, left = sample.pairs_left(base)
        if left < min(2, both):
            return _missing(metric, f"not compared: others used the machine in {both - left} of {both} pairs")
    if pairs := same_trainings(metric, sample, base):
        return Evidence(_identical(metric, pairs))
    if row.watched:
        times = sample.times(metric), base.times(metric)
        if any(each.missed.any() for each in times):
            if rules.overlap:  # the permutations take replicates as independent
                missed = sum(int(each.missed.sum()) for each in times)
                return _missing(metric, f"{missed} never reached it, which has no test in a cross-validation")
            return censored(metric, *times, base.label, rules.margins.get(metric), rules.level, rules.looks)
    broken = [int(one.by_replicate(metric).isna().sum()) for one in (sample, base)]
    if any(broken):  # a loss that is not a number: the mean of the others would flatter
        return _missing(metric, f"{broken[0]} of {sample.finished} broke off; {base.label}: {broken[1]}")
    values, others = sample.by_replicate(metric), base.by_replicate(metric)
    if row.unit.compared != "difference" and ((values <= 0).any() or (others <= 0).any()):
        return _missing(metric, "a value of 0 has no ratio")  # a target that the untrained network already holds
    return paired(metric, values, others, rules)


def paired(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Evidence:
    """Return what is known from values that were all measured, by replicate, as a difference or as a ratio.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        values: by replicate; above 0 where the metric is compared as a ratio.
        base: what they are compared with.
        rules: how they are compared.
    """
    judge = _difference if METRICS[metric].unit.compared == "difference" else _ratio
    return judge(metric, values, base, rules)


def step_between(metric: str, values: np.ndarray, base: np.ndarray, rules: Rules) -> float:
    """Return the steps that an accuracy comes in, 1 over its images, as known or as its values tell; 0 for others."""
    if not METRICS[metric].is_accuracy:
        return 0.0
    return rules.steps.get(metric) or step_of([*values, *base])


def _exact(metric: str, sample: Sample, base: Sample, rules: Rules) -> Contrast:
    """Compare counts that no seed changes: no interval is needed, and one trial of each is enough."""
    value, other = sample.counts.get(metric), base.counts.get(metric)
    if value is None or other is None:
        return _missing(metric, "not recorded").contrast
    if value == other:
        judged = Verdict.IDENTICAL
    elif abs(value - other) < rules.margins.get(metric, 1):
        judged = Verdict.EQUIVALENT
    else:
        judged = Verdict.BETTER if (value < other) == (METRICS[metric].better == "lower") else Verdict.WORSE
    return Contrast(metric, "exact", value / other if other else math.nan, verdict=judged)


def same_trainings(metric: str, sample: Sample, base: Sample) -> int:
    """Return in how many replicates two variants are one training bit by bit, if that is so in all that both have.

    Two pairs at least, of which digests of weights and evaluations were recorded. Values that are equal alone do not
    make it so: on a thousand test images two accuracies are often the same by chance. Seconds are never the same.
    """
    ours, theirs = sample.trainings(), base.trainings()
    both = ours.index.intersection(theirs.index)
    if METRICS[metric].unit.clocked or len(both) < 2 or not (ours[both] == theirs[both]).all() or (ours == "").any():
        return 0
    values, others = sample.by_replicate(metric)[both], base.by_replicate(metric)[both]
    known = values.notna().any() if METRICS[metric].watched else values.notna().all()
    return len(both) if known and values.equals(others) else 0


def _identical(metric: str, pairs: int) -> Contrast:
    kind: Literal["difference", "ratio"] = "difference" if METRICS[metric].unit.compared == "difference" else "ratio"
    none = 0.0 if kind == "difference" else 1.0
    return Contrast(metric, kind, none, none, none, pairs, won=pairs / 2, verdict=Verdict.IDENTICAL)


def _difference(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Evidence:
    margin, plan = rules.margins.get(metric), rules.looks
    ours, theirs = pair_up(values, base)
    sizes = at_looks(len(ours), plan)
    step = step_between(metric, ours, theirs, rules)
    steps = [difference_of_pairs(ours[:size], theirs[:size], rules.overlap, step) for size in sizes]
    same = math.nan if margin is None else over_looks([one.equivalence_p(margin) for one in steps], plan)
    contrast = _contrast(metric, steps, sign_flip(ours, theirs), plan)
    return _with_claim(contrast, steps[-1], same, margin, None if margin is None else (steps[-1], margin))


def _ratio(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Evidence:
    """Judge by the ratio; a margin is a difference in the metric's own unit, so that equivalence is judged by that."""
    margin, plan = rules.margins.get(metric), rules.looks
    ours, theirs = pair_up(values, base)
    sizes = at_looks(len(ours), plan)
    steps = [ratio_of_pairs(ours[:size], theirs[:size], rules.overlap) for size in sizes]
    same, relative = math.nan, None
    plain = [difference_of_pairs(ours[:size], theirs[:size], rules.overlap) for size in sizes]
    if margin is not None:
        same = over_looks([one.equivalence_p(margin) for one in plain], plan)
        relative = math.log1p(margin / float(base.mean()))
    absolute = None if margin is None else (plain[-1], margin)
    contrast = _contrast(metric, [one.log for one in steps], sign_flip(np.log(ours), np.log(theirs)), plan)
    estimate, low, high = (power_of_e(end) for end in (contrast.estimate, contrast.low, contrast.high))
    contrast = replace(contrast, kind="ratio", estimate=estimate, low=low, high=high)
    return _with_claim(contrast, steps[-1].log, same, relative, absolute)


def _contrast(metric: str, steps: Sequence[PairedDifference], flips: float, plan: Looks) -> Contrast:
    found = steps[-1]
    ends = found.interval(confidence(found.n, plan))
    return Contrast(
        metric,
        "difference",
        found.estimate,
        ends.low,
        ends.high,
        found.n,
        p=over_looks([one.p_value for one in steps], plan),
        p_flips=flips,
        effect_size=found.effect_size,
        won=found.won if METRICS[metric].better == "higher" else found.n - found.won,
        note=_note(found),
        spreads=found.spreads if found.widened > 1 else math.nan,
    )


def _with_claim(
    contrast: Contrast,
    found: PairedDifference,
    same: float,
    margin: float | None,
    absolute: tuple[PairedDifference, float] | None,
) -> Evidence:
    if found.n < 2:
        return Evidence(contrast)
    improves = (found.estimate > 0) == (METRICS[contrast.metric].better == "higher")
    claim, scale = Claim(improves, contrast.p, same), (found.estimate, found.resolved, margin)
    return Evidence(contrast, claim, scale, absolute)


def _note(found: PairedDifference) -> str:
    if found.n < 2:
        return "1 pair has no interval" if found.n else "no replicate that both finished"
    return "every pair gives the same" if found.deviation == 0 else ""


def _missing(metric: str, note: str) -> Evidence:
    return Evidence(Contrast(metric, "ratio", math.nan, note=note))
