"""One comparison before it is judged: estimate, interval, p-values over all looks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from harness.judging.censored import censored
from harness.judging.contrast import Contrast
from harness.judging.look import Evidence, Look, together
from harness.judging.sample import Sample
from harness.metrics import METRICS
from harness.stats import (
    LEVEL,
    Looks,
    PairedDifference,
    Verdict,
    difference_of_pairs,
    nominal_level,
    once,
    pair_up,
    ratio_of_pairs,
    sign_flip,
    step_of,
)

SAME_COUNT = 0.01
"""Share of a count below which a difference matters to nobody, unless a study names a margin of its own."""
UNFINISHED = "the study is unfinished: verdicts come after {} replicates of each"
"""Why nothing is tested before the first look; with its replicates."""


@dataclass(frozen=True)
class Rules:
    """How comparisons are made.

    Attributes:
        margins: metric -> difference that does not matter, in its unit.
        overlap: held-out over training images of a cross-validation; 0 where replicates are independent.
        looks: when the data are looked at; None for once, at all there is.
        steps: metric -> size of the steps that its values come in, where it is known: 1 over the images of an accuracy.
        level: the error that is left to a comparison where none of the others is decided yet.
    """

    margins: Mapping[str, float]
    overlap: float
    looks: Looks | None
    steps: Mapping[str, float] = field(default_factory=dict)
    level: float = LEVEL


def gather(metric: str, sample: Sample, base: Sample, rules: Rules) -> Evidence:
    """Return what is known of one variant against the base in one metric, over all looks that were due.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        sample: the variant's trials.
        base: the base's.
        rules: how they are compared.
    """
    if METRICS[metric].unit.compared == "exact":
        return Evidence(_exact(metric, sample, base, rules))
    if pairs := same_trainings(metric, sample, base):
        return Evidence(_identical(metric, pairs))
    if rules.looks is None:
        return together([look_at(metric, sample, base, rules)], once(sample.finished))
    sizes, first = due([sample, base], rules.looks)
    if not sizes:
        early = look_at(metric, sample, base, rules).contrast
        told = early.note if early.pairs < 2 else ""
        return Evidence(replace(early, note=told or UNFINISHED.format(rules.looks.sizes[0])), waits=True)
    seen = [(sample.below(first + size), base.below(first + size)) for size in sizes]
    if sizes[-1] == rules.looks.sizes[-1]:
        seen[-1] = sample, base  # the last look sees all there is
    levels = [nominal_level(rules.level, rules.looks, look) for look in range(len(seen))]
    found = [look_at(metric, *both, replace(rules, level=level)) for both, level in zip(seen, levels, strict=True)]
    return together(found, rules.looks)


def due(samples: Sequence[Sample], plan: Looks) -> tuple[tuple[int, ...], int]:
    """Return the sizes of the looks whose data are complete in all of some samples, and the first replicate."""
    settled = [sample.settled for sample in samples]
    pending = frozenset().union(*(sample.pending for sample in samples))
    first = min(frozenset().union(*settled, pending), default=0)
    all_have = frozenset.intersection(*settled) - pending
    until = next(replicate for replicate in itertools.count(first) if replicate not in all_have)
    return plan.up_to(until - first), first


def look_at(metric: str, sample: Sample, base: Sample, rules: Rules) -> Look:
    """Return what these trials say of one variant against the base in one metric, as if nobody looked before."""
    row = METRICS[metric]
    if row.unit.clocked and sample.withheld:
        return _missing(metric, f"not compared: {sample.withheld}")
    if row.unit.clocked and (sample.disturbed or base.disturbed):
        both, left = sample.pairs_left(base)
        if left < min(2, both):
            return _missing(metric, f"not compared: others used the machine in {both - left} of {both} pairs")
    if row.watched:
        times = sample.times(metric), base.times(metric)
        if any(each.missed.any() for each in times):
            if rules.overlap:  # the permutations take replicates as independent
                missed = sum(int(each.missed.sum()) for each in times)
                return _missing(metric, f"{missed} never reached it, which has no test in a cross-validation")
            margin = rules.margins.get(metric)
            return censored(metric, *times, base.label, margin, rules.level, rules.overlap)
    values, others = sample.by_replicate(metric), base.by_replicate(metric)
    broken = [int(np.isnan(one.to_numpy()).sum()) for one in (values, others)]
    if any(broken):  # a loss that is not a number: the mean of the others would flatter
        why = f" ({row.needs})" if row.needs else ""
        return _missing(metric, f"{broken[0]} of {sample.finished} without a value{why}; {base.label}: {broken[1]}")
    if row.unit.compared != "difference" and ((values <= 0).any() or (others <= 0).any()):
        return _missing(metric, "a value of 0 has no ratio")  # a target that the untrained network already holds
    return paired(metric, values, others, rules)


def paired(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Look:
    """Return what one look says of values that were all measured, by replicate, as a difference or as a ratio.

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
    if not METRICS[metric].counts_images:
        return 0.0
    return rules.steps.get(metric) or step_of([*values, *base])


def _exact(metric: str, sample: Sample, base: Sample, rules: Rules) -> Contrast:
    """Compare counts that no seed changes: no interval is needed, and one trial of each is enough.

    Counts that differ by less than the study's margin are equivalent, or where it names none by less than 1 %: a
    network with 0.999 times the parameters is no smaller one.
    """
    value, other = sample.counts.get(metric), base.counts.get(metric)
    if value is None or other is None:
        return Contrast(metric, "exact", math.nan, note="not recorded")
    if value == other:
        judged = Verdict.IDENTICAL
    elif abs(value - other) < rules.margins.get(metric, SAME_COUNT * other):
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
    kind = _kind(metric)
    none = 0.0 if kind == "difference" else 1.0
    return Contrast(metric, kind, none, none, none, pairs, won=pairs / 2, verdict=Verdict.IDENTICAL)


def _difference(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Look:
    margin = rules.margins.get(metric)
    ours, theirs = pair_up(values, base)
    found = difference_of_pairs(ours, theirs, rules.overlap, step_between(metric, ours, theirs, rules))
    same = math.nan if margin is None else found.equivalence_p(margin)
    look = _look(_contrast(metric, found), found, same, margin)
    absolute = None if margin is None else (found, margin)
    return replace(
        look, absolute=absolute, interval=found.interval, flips=partial(sign_flip, ours, theirs, rules.overlap)
    )


def _ratio(metric: str, values: pd.Series[float], base: pd.Series[float], rules: Rules) -> Look:
    """Judge by the ratio; a margin is a difference in the metric's own unit, so that equivalence is judged by that."""
    margin = rules.margins.get(metric)
    ours, theirs = pair_up(values, base)
    found = ratio_of_pairs(ours, theirs, rules.overlap)
    same, relative, absolute = math.nan, None, None
    if margin is not None:
        within = difference_of_pairs(ours, theirs, rules.overlap)
        same, absolute = within.equivalence_p(margin), (within, margin)
        relative = math.log1p(margin / float(base.mean()))
    contrast = replace(_contrast(metric, found.log), kind="ratio", estimate=found.estimate)
    look = _look(contrast, found.log, same, relative)
    flips = partial(sign_flip, np.log(ours), np.log(theirs), rules.overlap)
    return replace(look, interval=found.interval, flips=flips, absolute=absolute)


def _contrast(metric: str, found: PairedDifference) -> Contrast:
    return Contrast(
        metric,
        "difference",
        found.estimate,
        pairs=found.n,
        effect_size=found.effect_size if found.n > 2 else math.nan,  # two pairs tell nothing of a spread
        won=found.won if METRICS[metric].better == "higher" else found.n - found.won,
        note=_note(found),
        spreads=found.spreads if found.widened > 1 else math.nan,
    )


def _look(contrast: Contrast, found: PairedDifference, same: float, margin: float | None) -> Look:
    if found.n < 2:
        return Look(contrast)
    improves = (found.estimate > 0) == (METRICS[contrast.metric].better == "higher")
    scale = (found.estimate, found.resolved, margin)
    return Look(contrast, found.p_value, improves, same, scale=scale)


def _note(found: PairedDifference) -> str:
    if found.n < 2:
        return "1 pair has no interval" if found.n else "no replicate that both finished"
    return "every pair gives the same" if found.deviation == 0 else ""


def _missing(metric: str, note: str) -> Look:
    return Look(Contrast(metric, _kind(metric), math.nan, note=note))


def _kind(metric: str) -> Literal["difference", "ratio"]:
    return "difference" if METRICS[metric].unit.compared == "difference" else "ratio"
