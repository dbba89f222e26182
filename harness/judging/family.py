"""All comparisons of a study, judged together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.judging.contrast import Contrast, Evidence
from harness.judging.evidence import Rules, gather
from harness.judging.new_images import with_new_images
from harness.judging.sample import Sample
from harness.stats import LEVEL, Claim, Looks, Verdict, judge, looks, pairs_needed
from harness.study import Study


def looks_of(study: Study) -> Looks:
    """Return when a study's comparisons are looked at: once, unless its replicates are adaptive."""
    return looks(*study.design.replicate_range)


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
        told = replace(contrast, more=None) if rules.overlap and contrast.more else contrast
        contrasts[digest].append(with_new_images(told, known[digest], base))
    return {digest: tuple(row) for digest, row in contrasts.items()}


def open_comparisons(contrasts: Mapping[str, Sequence[Contrast]]) -> list[str]:
    """Return the digests of the variants that more replicates could still decide in some metric."""
    return [
        digest
        for digest, row in contrasts.items()
        if any(contrast.tested and contrast.verdict is Verdict.UNDECIDED for contrast in row)
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
            decided = one.verdict is not Verdict.UNDECIDED
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
