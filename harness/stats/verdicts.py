"""What the data say of variants against the base, in one word each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scipy import special

from harness.stats.multiplicity import holm

LEVEL = 0.05
"""Chance of one false claim among all that a report makes."""
_POWER = 0.8
_MOST = 10_000


class Verdict(StrEnum):
    """What the data say of a variant against the base in one metric.

    Identical is no verdict of chance: the trainings, or the counts, are the same.
    """

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    IDENTICAL = "identical"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Claim:
    """What is known of one comparison before it is judged beside the others.

    Attributes:
        improves: whether the estimate lies on the good side of no difference.
        p: two-sided p-value of "no difference"; NaN if there is no test.
        p_equivalent: p-value of "within the margin"; NaN without a margin.
        weight: its part of the error among all claims.
    """

    improves: bool
    p: float
    p_equivalent: float = math.nan
    weight: float = 1.0


@dataclass(frozen=True)
class Judgement:
    """A verdict with the p-values that it rests on, adjusted for all comparisons of the family.

    Attributes:
        verdict: what follows.
        p: adjusted p-value of "no difference"; NaN if there is no test.
        p_equivalent: adjusted p-value of "within the margin"; NaN without a margin.
    """

    verdict: Verdict
    p: float
    p_equivalent: float


def judge(claims: Sequence[Claim]) -> list[Judgement]:
    """Judge the comparisons of one report together, in the order given.

    Both kinds of p-values are adjusted by Holm's procedure, each kind for itself: the chance of a single false
    "better" or "worse" in a report is at most 5 %, and so is that of a single false "equivalent". Then, for each:

    1. equivalent if its adjusted p-value is at most 5 %. This comes before the sign: a difference that is surely not
       0 and surely below the margin does not matter to who set it;
    2. better or worse if that p-value is at most 5 %;
    3. undecided otherwise.
    """
    weights = [claim.weight for claim in claims]
    adjusted = holm([claim.p for claim in claims], weights)
    equivalent = holm([claim.p_equivalent for claim in claims], weights)
    judged = []
    for claim, p, same in zip(claims, adjusted, equivalent, strict=True):
        verdict = Verdict.UNDECIDED
        if same <= LEVEL:
            verdict = Verdict.EQUIVALENT
        elif p <= LEVEL:
            verdict = Verdict.BETTER if claim.improves else Verdict.WORSE
        judged.append(Judgement(verdict, p, same))
    return judged


def pairs_needed(
    estimate: float, deviation: float, level: float, margin: float | None = None, overlap: float = 0.0
) -> int | None:
    """Return about how many pairs would decide a comparison, if what was estimated is the truth.

    So many that a t test at ``level`` finds the difference, or its one-sided pair finds it within the margin,
    with a probability of 80 % (Chow, Shao & Wang 2008, "Sample size calculations in clinical research", section 3.1,
    with t quantiles): whichever needs fewer. A rough figure: the estimate from few pairs is itself uncertain.

    Args:
        estimate: the mean difference.
        deviation: standard deviation of the differences; above 0.
        level: error rate left to this comparison.
        margin: difference that does not matter; None for none.
        overlap: held-out over training images of a cross-validation: what no number of repetitions takes away.

    Returns:
        Pairs, 2 or more; None if 10,000 would not do.
    """

    def enough(n: int) -> bool:
        power = float(special.stdtrit(n - 1, _POWER))
        error = deviation * math.sqrt(1 / n + overlap)
        if (float(special.stdtrit(n - 1, 1 - level / 2)) + power) * error <= abs(estimate):
            return True
        if margin is None or abs(estimate) >= margin:
            return False
        return (float(special.stdtrit(n - 1, 1 - level)) + power) * error <= margin - abs(estimate)

    if math.isnan(estimate) or not deviation > 0 or not enough(_MOST):
        return None
    low, high = 1, _MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
