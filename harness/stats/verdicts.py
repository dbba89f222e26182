"""What the data say of a variant against the base, in one word."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from harness.stats.paired import PairedDifference


class Verdict(StrEnum):
    """What the data say of a variant against the base in one metric."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"


def verdict(difference: PairedDifference, better: Literal["higher", "lower"], margin: float | None = None) -> Verdict:
    """Judge a paired difference at the 5 % level.

    In this order:

    1. undecided with fewer than two pairs;
    2. equivalent if there is a margin and the 90 % interval lies within plus or minus it, which is the pair of
       one-sided 5 % tests of Schuirmann (1987), "A comparison of the two one-sided tests procedure". This comes
       before the sign: a difference that is surely not 0 and surely below the margin does not matter to who set it;
    3. better or worse if the 95 % interval leaves out 0;
    4. undecided otherwise.

    Differences that are all the same have intervals of no width. A few equal counts of misclassified images would
    prove anything, so that the sign test stands in for the t interval: 2 / 2^n (step 3) or 1 / 2^n (step 2) must be
    at most 5 %, that is six or five pairs.

    Args:
        difference: variant minus base; of the logarithms for a ratio.
        better: which sign is good.
        margin: size below which a difference does not matter, in the unit of the difference; above 0.

    Raises:
        ValueError: if the margin is not above 0.
    """
    if margin is not None and not margin > 0:
        raise ValueError(f"margin must be above 0, got {margin}")
    if difference.n < 2:
        return Verdict.UNDECIDED
    spread = difference.standard_error > 0
    if margin is not None and (spread or 0.5**difference.n <= 0.05):
        both = difference.interval(0.90)
        if -margin < both.low and both.high < margin:
            return Verdict.EQUIVALENT
    if spread or 2 * 0.5**difference.n <= 0.05:
        if difference.low > 0:
            return Verdict.BETTER if better == "higher" else Verdict.WORSE
        if difference.high < 0:
            return Verdict.WORSE if better == "higher" else Verdict.BETTER
    return Verdict.UNDECIDED
