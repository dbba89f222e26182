"""All comparisons of a study, judged together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.judging.contrast import Contrast
from harness.judging.evidence import Rules, gather
from harness.judging.look import Evidence
from harness.judging.sample import Sample
from harness.stats import LEVEL, Claim, Looks, Verdict, judge, pairs_needed, planned
from harness.study import Study

_WAITS = "the study is unfinished: the next look is after {} replicates"
_ENDED = "ended early: {} replicates would hardly have decided it"


def looks_of(study: Study) -> Looks:
    """Return when a study's comparisons are looked at: once, unless its replicates are adaptive."""
    return planned(*study.design.replicate_range)


def compare(study: Study, samples: Mapping[str, Sample], base: Sample) -> dict[str, tuple[Contrast, ...]]:
    """Compare each variant with the base in each metric of the study, and judge all comparisons together.

    Args:
        study: the study.
        samples: the variants' trials by digest, without the base; those without trials are passed over.
        base: the base's trials.

    Returns:
        digest -> a contrast for each metric, in their order.
    """
    rules = Rules(study.report.margin, overlap_of(study), looks_of(study))
    known = {digest: sample for digest, sample in samples.items() if sample.finished and base.finished}
    found = [
        (digest, gather(metric, sample, base, rules)) for digest, sample in known.items() for metric in study.metrics
    ]
    judged = judge_all([evidence for _, evidence in found])
    contrasts: dict[str, list[Contrast]] = {digest: [] for digest in known}
    for (digest, _), contrast in zip(found, judged, strict=True):
        # the parts of a cross-validation are all the replicates that there are
        contrasts[digest].append(replace(contrast, more=None) if rules.overlap and contrast.more else contrast)
    going_on = set(open_comparisons(contrasts))
    told: dict[str, list[Contrast]] = {digest: [] for digest in known}
    for (digest, evidence), contrast in zip(found, (one for row in contrasts.values() for one in row), strict=True):
        told[digest].append(_say_why_open(contrast, evidence, digest in going_on))
    return {digest: tuple(row) for digest, row in told.items()}


def _say_why_open(contrast: Contrast, evidence: Evidence, goes_on: bool) -> Contrast:
    """Note of an undecided comparison whose last look is still to come that it waits for it, or was ended before."""
    if evidence.next_look is None or contrast.verdict is not Verdict.UNDECIDED:
        return contrast
    why = _WAITS.format(evidence.next_look) if goes_on else _ENDED.format(evidence.last_look)
    note = "; ".join(filter(None, [contrast.note, why]))
    return replace(contrast, note=note, more=contrast.more if goes_on else None)


def open_comparisons(contrasts: Mapping[str, Sequence[Contrast]]) -> list[str]:
    """Return the digests of the variants that more replicates could still decide in some metric."""
    return [
        digest
        for digest, row in contrasts.items()
        if any(contrast.tested and contrast.verdict is Verdict.UNDECIDED and not contrast.futile for contrast in row)
    ]


def overlap_of(study: Study) -> float:
    """Return held-out over training images of a cross-validation; 0 where replicates are independent."""
    if study.data.split != "k_fold":
        return 0.0
    known = study.data.image_set.facts
    parts = known.train_images // study.data.validation if known else study.design.replicate_range[1]
    return 1 / max(1, parts - 1)


def judge_all(found: Sequence[Evidence]) -> list[Contrast]:
    """Return the contrasts with their verdicts and adjusted p-values, in the order given."""
    tested = [place for place, evidence in enumerate(found) if evidence.claim]
    judged = dict(zip(tested, judge([found[place].claim or Claim(False, math.nan) for place in tested]), strict=True))
    undecided = sum(one.verdict is Verdict.UNDECIDED for one in judged.values())
    contrasts = []
    for place, evidence in enumerate(found):
        contrast = evidence.contrast
        if one := judged.get(place):
            contrast = evidence.unbiased(len(tested))
            decided = one.verdict is not Verdict.UNDECIDED
            contrast = replace(contrast, futile=not decided and evidence.futile(len(tested)))
            more = 0 if decided else _more(evidence, LEVEL / undecided)
            contrast = replace(contrast, p_holm=one.p, p_equivalent=one.p_equivalent, verdict=one.verdict, more=more)
        contrasts.append(contrast)
    return contrasts


def _more(evidence: Evidence, level: float) -> int | None:
    """Return about how many more replicates would decide, for what is left of the error rate; at least 1."""
    if not evidence.scale:
        return None
    estimate, deviation, margin = evidence.scale
    needed = pairs_needed(estimate, deviation, level, margin)
    return None if needed is None else max(1, needed - evidence.contrast.pairs)
