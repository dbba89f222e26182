"""What is known before it is trained: about how many more replicates would decide a comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.judging.look import Evidence
from harness.stats import LEVEL, Claim, Judgement, Looks, Outlook, continued, nominal_level, outlook

_MOST = 100
"""More replicates than this are named in no report: who asks for them has a better design in mind."""


@dataclass(frozen=True)
class Ahead:
    """What replicates are to come.

    Attributes:
        looks: when the data are looked at. Of several looks the last has all the replicates that a study may train.
        overlap: held-out over training images of a cross-validation; 0 where replicates are independent.
        parts: of a cross-validation, which comes in whole repetitions; 1 for any other study.
        adaptive: whether nobody is to ask for more than the last look has.
    """

    looks: Looks
    overlap: float = 0.0
    parts: int = 1
    adaptive: bool = False


def levels_left(
    claims: Mapping[int, Claim], judged: Mapping[int, Judgement], coming: float = 0.0
) -> dict[int, tuple[float, float]]:
    """Return the levels that the open comparisons must reach, as the others stand now.

    In Holm's procedure what is not yet claimed shares the whole error.

    Args:
        claims: comparisons by place.
        judged: what became of them.
        coming: weight of further comparisons that are to be judged with them.

    Returns:
        place -> the level of "no difference" and that of "within the margin"; 5 % where nothing shares it.
    """
    tested = {place: claim.weight for place, claim in claims.items()}
    first = coming + sum(weight for place, weight in tested.items() if judged[place].p > LEVEL)
    second = coming + sum(weight for place, weight in tested.items() if judged[place].p_equivalent > LEVEL)
    return {
        place: (LEVEL * weight / max(first, weight), LEVEL * weight / max(second, weight))
        for place, weight in tested.items()
    }


def outlook_of(evidence: Evidence, left: tuple[float, float], ahead: Ahead) -> Outlook | None:
    """Return about how many more replicates would decide a comparison.

    Args:
        evidence: what is known of it.
        left: the levels that it must reach over all looks.
        ahead: what replicates are to come.
    """
    # what is shown may be of an earlier look: what is to come adds to all that there is
    latest = evidence.looks[-1] if evidence.looks else evidence
    if latest.scale is None:
        return None
    plan, pairs, lost = ahead.looks, latest.contrast.pairs, evidence.lost
    estimate, deviation, margin = latest.scale
    # what was lost of the replicates so far stays lost
    seen = max(pairs + lost, *plan.sizes[: len(evidence.looks)], 0)
    sizes: Sequence[int] = [size - lost for size in plan.sizes if size > seen]
    ends = plan.sizes[-1] if sizes else 0
    if not sizes and not ahead.adaptive:
        whole = (pairs // ahead.parts + 1) * ahead.parts
        sizes = range(whole, pairs + _MOST + 1, ahead.parts)

    def levels(size: int) -> tuple[float, float]:
        if math.fsum(plan.shares) == 1:  # nobody is charged for going on: as if so many had been there at once
            return left
        looks = plan if ends else continued(plan, size + lost, size + lost, seen)
        look = looks.sizes.index(size + lost)
        return nominal_level(left[0], looks, look), nominal_level(left[1], looks, look, sides=1)

    unlike = not math.isnan(latest.contrast.spreads)
    return outlook(estimate, deviation, pairs, sizes, levels, margin, ahead.overlap, unlike, ends)
