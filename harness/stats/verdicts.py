"""What the data say of variants against the base, in one word each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.floors import LEVEL
from harness.stats.multiplicity import holm


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
