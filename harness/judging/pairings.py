"""The same variants before and after a change: two sets of trials, variant by variant."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.judging.contrast import Contrast
from harness.judging.evidence import Rules, gather, step_between
from harness.judging.family import judge_all
from harness.judging.new_images import with_new_images
from harness.judging.outlooks import Ahead
from harness.judging.sample import Sample
from harness.metrics import METRICS
from harness.stats import LEVEL, Verdict, difference_of_pairs, holm, once, pair_up

NOT_INFERIOR = "not inferior"
"""Note of a contrast of which only that was asked."""


_UNTESTED = "non-inferiority is not judged"


class Conclusion(StrEnum):
    """What two sets of trials say together."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Pairing:
    """A variant that both sets have.

    Attributes:
        label: what it is called in the second set.
        before: its trials in the first set.
        after: its trials in the second.
    """

    label: str
    before: Sample
    after: Sample


def compare_pairings(
    pairings: Sequence[Pairing],
    metrics: Sequence[str],
    margins: Mapping[str, float],
    overlap: float,
    non_inferior: bool,
    parts: int = 1,
) -> tuple[list[tuple[str, Contrast]], Conclusion]:
    """Compare each variant's second set of trials with its first, all comparisons judged together.

    Args:
        pairings: the variants.
        metrics: names in :data:`harness.metrics.METRICS`.
        margins: metric -> difference that does not matter, in its unit.
        overlap: held-out over training images of a cross-validation, else 0.
        non_inferior: ask only whether the second is not worse by the margin or more. Needs a margin for every metric.
        parts: of a cross-validation, which comes in whole repetitions; 1 for any other study.

    Returns:
        (label, contrast) for each variant and metric, and what they say together: it holds if all are better,
        equivalent or identical (or, if that is asked, not inferior), it does not if one is worse, else it is undecided.

    Raises:
        ValueError: if ``non_inferior`` is asked of a metric without a margin.
    """
    missing = [name for name in metrics if name not in margins]
    if non_inferior and missing:
        raise ValueError(f"non-inferiority needs a margin, there is none for {missing[0]}")
    tested = len(pairings) * sum(METRICS[metric].unit.compared != "exact" for metric in metrics)
    rules = Rules(margins, overlap, looks=None, level=LEVEL / max(1, tested))
    places = [(pairing, metric) for pairing in pairings for metric in metrics]
    found = [gather(metric, pairing.after, pairing.before, rules) for pairing, metric in places]
    most = max((pairing.after.finished for pairing in pairings), default=1)
    contrasts = judge_all(found, Ahead(once(most), rules.overlap, parts))
    if non_inferior:
        contrasts = _judge_non_inferior(places, contrasts, rules)
    contrasts = [
        with_new_images(contrast, pairing.after, pairing.before)
        for (pairing, _), contrast in zip(places, contrasts, strict=True)
    ]
    verdicts = {contrast.verdict for contrast in contrasts}
    if Verdict.WORSE in verdicts:
        conclusion = Conclusion.FAILS
    else:
        conclusion = Conclusion.UNDECIDED if Verdict.UNDECIDED in verdicts or not verdicts else Conclusion.HOLDS
    return [(pairing.label, contrast) for (pairing, _), contrast in zip(places, contrasts, strict=True)], conclusion


def _judge_non_inferior(
    places: Sequence[tuple[Pairing, str]], contrasts: Sequence[Contrast], rules: Rules
) -> list[Contrast]:
    """Return the contrasts with "equivalent" for not inferior and "worse" for inferior by the margin or more."""
    tests = [
        (math.nan, math.nan) if contrast.verdict is Verdict.IDENTICAL else _tests(pairing, metric, rules)
        for contrast, (pairing, metric) in zip(contrasts, places, strict=True)
    ]
    fine, inferior = (holm([pair[side] for pair in tests]) for side in (0, 1))
    judged = []
    for contrast, (_, metric), good, bad in zip(contrasts, places, fine, inferior, strict=True):
        verdict = Verdict.UNDECIDED
        if METRICS[metric].unit.compared == "exact" or contrast.verdict is Verdict.IDENTICAL:
            verdict = contrast.verdict
        elif good <= LEVEL:
            verdict = Verdict.EQUIVALENT
        elif bad <= LEVEL:
            verdict = Verdict.WORSE
        note = NOT_INFERIOR if verdict is Verdict.EQUIVALENT else contrast.note
        if verdict is Verdict.UNDECIDED and math.isnan(good):
            note = "; ".join(filter(None, [_UNTESTED, note]))
        judged.append(replace(contrast, verdict=verdict, p_equivalent=good, more=None, note=note))
    return judged


def _tests(pairing: Pairing, metric: str, rules: Rules) -> tuple[float, float]:
    """Return the p-values of "not worse by the margin" and of "worse by the margin or more"."""
    if METRICS[metric].unit.compared == "exact" or metric not in pairing.after.columns:
        return math.nan, math.nan
    if METRICS[metric].unit.clocked and pairing.after.withheld:
        return math.nan, math.nan
    ours, theirs = pair_up(pairing.after.by_replicate(metric), pairing.before.by_replicate(metric))
    both, alone = pairing.after.pairs_left(pairing.before)
    whole = alone if METRICS[metric].unit.clocked else both
    if len(ours) < max(1, whole):  # some never reached the target, or broke off: the others alone would flatter
        return math.nan, math.nan
    sign, margin, step = METRICS[metric].sign, rules.margins[metric], step_between(metric, ours, theirs, rules)
    gain = difference_of_pairs(sign * ours, sign * theirs, rules.overlap, step)
    loss = difference_of_pairs(-sign * ours, -sign * theirs, rules.overlap, step)
    return gain.not_below_p(-margin), loss.not_below_p(margin)
