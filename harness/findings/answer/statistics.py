"""How the verdicts were reached, a short paragraph a heading."""

from __future__ import annotations

from collections.abc import Sequence

from harness.findings.wording import listed
from harness.judging import looks_of
from harness.records import Asked
from harness.study import Study

_ALWAYS = {
    "Intervals": (
        "Means have Student t intervals of 95 %, cut off where no value can be, below 0 or above 100 %; those of "
        "seconds, steps and rates are geometric."
    ),
    "Comparisons": (
        "Variants are compared with the reference replicate by replicate: mean difference, or geometric mean of ratios "
        "for seconds, steps and rates, with Student's t interval and p-value. Where spreads differ the standard error "
        "is widened."
    ),
    "Verdicts": (
        "All comparisons of this page are judged together (Holm): better or worse if the adjusted p is at most 5 %, "
        "equivalent if two one-sided tests against the study's margin are, adjusted likewise, identical if the "
        "trainings are the same to the bit or the counts are the same, else undecided. Counts are equivalent within "
        "the study's margin, or within 1 % where it names none."
    ),
    "Errors": (
        "The chance of a single false better or worse on this page is at most 5 %, and so is that of a false "
        "equivalent. A part of the 5 % is kept for replicates that are added later (a tenth; a twentieth with adaptive "
        "ones)."
    ),
    "Effect size": "Hedges' g of the paired differences, from three pairs on.",
    "More replicates": (
        'Of "about 4 to 9 more replicates", 4 decide with an even chance and 9 with four in five.'
    ),
}  # fmt: skip
_ADAPTIVE = (
    "The data are looked at after {looks} replicates. Boundaries come from the joint distribution of all looks, so "
    "that together they err as often as one test; p-values and intervals are of all looks so far and hold whenever the "
    "study ends."
)
_EARLY = (
    "After more than one look a difference is the median-unbiased estimate: the plain mean of what stopped early is "
    "too large. A variant is ended early where it would hardly be decided: below a chance of 5 %, if what was seen "
    "goes on."
)
_MORE = (
    "Replicates were asked for anew when there were results, which is charged: the looks that came of it spend half of "
    "what was kept of the error, together, each time that they were."
)
_TARGETS = (
    "Where some trials never reached the target, steps and seconds to it are Kaplan-Meier medians: such a trial counts "
    "as one that takes longer than it was watched."
)
_MISSES = (
    "Where some never reached the target, variants are compared by their time ratio: the factor between their times. "
    "Estimate, interval and p are of one rank test by permutation, and a ratio that it does not reject is in the "
    "interval; where too few reached the target the interval has no upper or no lower end."
)


def how_judged(study: Study, asked: Sequence[Asked]) -> dict[str, str]:
    """Return heading -> text, in the order in which it is read.

    Args:
        study: whose design may look at its data more than once.
        asked: what was asked for, and when.
    """
    sizes = looks_of(study, asked).sizes
    more = [one.replicates for one in asked if one.late]
    told = dict(_ALWAYS)
    if len(sizes) > 1:
        told["Looks"] = _ADAPTIVE.format(looks=listed([str(size) for size in sizes]))
        told["Ended early"] = _EARLY
    if more and any(one != asked[0].replicates for one in more):
        told["Replicates asked for later"] = _MORE
    if study.target:
        told["Times to target"] = _TARGETS
        told["Targets missed"] = _MISSES
    return told
