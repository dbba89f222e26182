"""All comparisons of a study, judged together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.judging.contrast import Contrast
from harness.judging.effects import FactorEffect, gather_effects, lead
from harness.judging.evidence import Rules, due, gather
from harness.judging.folds import overlap_of, parts_of
from harness.judging.look import Evidence
from harness.judging.new_images import with_new_images
from harness.judging.outlooks import Ahead, levels_left, outlook_of
from harness.judging.pairs import Pair, gather_pairs
from harness.judging.sample import Sample
from harness.metrics import METRICS
from harness.records import Asked
from harness.stats import LEVEL, Claim, Looks, Verdict, continued, judge, planned
from harness.study import Family, Study, comparisons_of, has_effects

_WAITS = "the study is unfinished: the next look is after {} replicates"
_ENDED = "ended early: {} replicates would hardly have decided it"
_PASSED = "no more replicates: single variants against the base need none"


@dataclass(frozen=True)
class Judged:
    """What a study's trials say, all of it judged together: one error rate for everything that is claimed.

    Attributes:
        contrasts: digest of a variant -> its comparison with the base in each metric, in their order.
        effects: what each factor does, and what two of them do together, metric by metric; empty for a design that
            does not train every combination of two factors or more.
        no_effects: metric -> why it has none.
        pairs: each variant against each other but the base, metric by metric; empty unless the study asks for them.
    """

    contrasts: Mapping[str, tuple[Contrast, ...]]
    effects: tuple[FactorEffect, ...] = ()
    no_effects: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()


def looks_of(study: Study, asked: Sequence[Asked] = ()) -> Looks:
    """Return when a study's comparisons are looked at: once, unless its replicates are adaptive or were changed.

    Whoever goes on with a study looks once more. What was asked first keeps what it may spend of the error.

    Args:
        study: the study as it is now.
        asked: what was asked of it so far, in order; empty where that is unknown.
    """
    first, last = study.design.replicate_range
    known = [(one.replicates, one.finished or 0) for one in asked]
    if not known or known[-1][0] != (first, last):
        known.append(((first, last), 0))
    plan, seen = planned(*known[0][0]), 0
    for wanted, finished in known[1:]:
        seen = max(seen, -(-finished // max(1, len(study.variants))))
        plan = continued(plan, *wanted, seen)
    return plan.cut(max(last, seen))


def compare(
    study: Study, samples: Mapping[str, Sample], base: Sample, asked: Sequence[Asked] = ()
) -> dict[str, tuple[Contrast, ...]]:
    """Return the comparisons of single variants with the base of :func:`judge_study`."""
    return dict(judge_study(study, samples, base, asked).contrasts)


def judge_study(study: Study, samples: Mapping[str, Sample], base: Sample, asked: Sequence[Asked] = ()) -> Judged:
    """Compare each variant with the base in each metric, work out what each factor does, and judge all of it together.

    Main effects, interactions and single cells of a grid are one family, so that the chance of one false claim among
    all that a report makes is at most 5 %. Half of it is the main effects' (:func:`harness.judging.effects.lead`).
    In simulated grids of 3 x 3 (20,000 of them) two families side by side made 9.2 % false claims, and this one 4.7 %.
    With five replicates it finds a main effect of two standard deviations in 62 % of studies, as a family of its own
    did, where judging all 16 alike would find it in 44 %; a single cell's in 9 % instead of 21 %.

    Args:
        study: the study.
        samples: the variants' trials by digest, without the base; those without trials are passed over.
        base: the base's trials.
        asked: what was asked of the study so far, in order: each change of its replicates is a further look.
    """
    level = comparisons_of(study, len(samples)).level
    plan = looks_of(study, asked)
    rules = Rules(study.margins, overlap_of(study, base), plan, _steps_of(study), level)
    known = {digest: sample for digest, sample in samples.items() if sample.finished and base.finished}
    found = [
        (digest, gather(metric, sample, base, rules))
        for digest, sample in known.items()
        for metric in study.metrics
        if not study.design.screens  # its runs differ in half of all factors: what they tell is the effects
    ]
    planned = study.variants[1:] if has_effects(study) else ()
    effects, missing = _effects(study, known, base, rules)
    pairs = gather_pairs(study, known, rules)
    cells = [evidence for _, evidence in [*found, *pairs]]
    ahead = Ahead(plan, rules.overlap, parts_of(study, base), study.design.adaptive)
    coming = _coming(study, samples, base, plan, len(known), sum(evidence.waits for evidence in cells))
    weighted, weight = lead(effects, cells, coming)
    judged = judge_all([*cells, *weighted], ahead, weight)
    contrasts: dict[str, list[Contrast]] = {digest: [] for digest in known}
    for (digest, _), contrast in zip(found, judged, strict=False):
        contrasts[digest].append(with_new_images(contrast, known[digest], base))
    of_pairs, of_effects = judged[len(found) : len(cells)], judged[len(cells) :]
    # a plan whose replicates were raised from a fixed number has looks, and ends nothing before its last
    going_on = set(open_comparisons(contrasts) if study.design.adaptive else contrasts)
    told: dict[str, list[Contrast]] = {digest: [] for digest in known}
    in_order = (contrast for row in contrasts.values() for contrast in row)
    for (digest, evidence), contrast in zip(found, in_order, strict=True):
        told[digest].append(_say_why_open(contrast, evidence, digest in going_on))
    all_go_on = {variant.digest for variant in planned} <= going_on
    return Judged(
        {digest: tuple(row) for digest, row in told.items()},
        tuple(
            replace(one, contrast=_say_why_open(said, evidence, all_go_on, _PASSED))
            for (one, evidence), said in zip(effects, of_effects, strict=True)
        ),
        missing,
        tuple(
            replace(one, contrast=with_new_images(said, known[one.second], known[one.first]))
            for (one, _), said in zip(pairs, of_pairs, strict=True)
        ),
    )


def _effects(
    study: Study, known: Mapping[str, Sample], base: Sample, rules: Rules
) -> tuple[list[tuple[FactorEffect, Evidence]], dict[str, str]]:
    """Return the effects of a design that has some with their evidence, and metric -> why it has none."""
    planned = study.variants[1:] if has_effects(study) else ()
    if not planned or not base.finished:
        return [], {}
    if any(variant.digest not in known for variant in planned):
        return [], dict.fromkeys(study.metrics, "not every combination has a finished training")
    return gather_effects(study, [base, *(known[one.digest] for one in planned)], rules)


def _coming(study: Study, samples: Mapping[str, Sample], base: Sample, plan: Looks, known: int, waiting: int) -> Family:
    """Return the comparisons whose first look is still to come: what is unfinished takes its part of the error already.

    Args:
        study: the study.
        samples: the variants' trials by digest, without the base.
        base: the base's trials.
        plan: when it is looked at.
        known: variants that are compared already, well or badly.
        waiting: comparisons of these that wait for their first look.
    """

    def due_of(sample: Sample) -> bool:
        return bool(due([sample, base], plan)[0])

    unbegun = sum(not (one.finished and base.finished) and not due_of(one) for one in samples.values())
    more = comparisons_of(study, known + unbegun).cells - comparisons_of(study, known).cells
    whole = all(one.digest in samples and due_of(samples[one.digest]) for one in study.variants[1:])
    effects = Family() if whole else comparisons_of(study, known)
    return Family(waiting + more, effects.mains, effects.interactions)


def _say_why_open(contrast: Contrast, evidence: Evidence, goes_on: bool, ended: str = _ENDED) -> Contrast:
    """Note of an undecided comparison whose last look is still to come that it waits for it, or was ended before."""
    if evidence.next_look is None or contrast.verdict is not Verdict.UNDECIDED:
        return contrast
    why = _WAITS.format(evidence.next_look) if goes_on else ended.format(evidence.last_look)
    note = "; ".join(filter(None, [contrast.note, why]))
    return replace(contrast, note=note, more=contrast.more if goes_on else None)


def open_comparisons(contrasts: Mapping[str, Sequence[Contrast]]) -> list[str]:
    """Return the digests of the variants that more replicates could still decide in some metric."""
    return [
        digest
        for digest, row in contrasts.items()
        if any(contrast.tested and contrast.verdict is Verdict.UNDECIDED and not contrast.futile for contrast in row)
    ]


def _steps_of(study: Study) -> dict[str, float]:
    """Return accuracy -> 1 over the images that it is a share of, where the study tells how many they are."""
    known = study.data.image_set.facts
    images = {"validation": study.data.validation, "test": known.test_images if known else 0}
    accuracies = [name for name in study.metrics if METRICS[name].counts_images]
    return {name: 1 / images[split] for name in accuracies if images.get(split := METRICS[name].split)}


def judge_all(found: Sequence[Evidence], ahead: Ahead, coming: float = 0.0) -> list[Contrast]:
    """Return the contrasts with their verdicts and adjusted p-values, in the order given.

    Args:
        found: the comparisons of the family.
        ahead: what replicates are to come, for how many more would decide.
        coming: weight of further comparisons, whose first look is still to come. They take their part of the error
            already: what the report of an unfinished study claims, that of the finished one does not take back.
    """
    tested = [place for place, evidence in enumerate(found) if evidence.claim]
    claims = {place: found[place].claim or Claim(False, math.nan) for place in tested}
    same = math.nan if all(math.isnan(claim.p_equivalent) for claim in claims.values()) else 1.0
    waiting = [Claim(False, 1.0, same, coming)] if coming else []
    judged = dict(zip(tested, judge([*claims.values(), *waiting]), strict=False))
    left = levels_left(claims, judged, coming)
    contrasts = []
    for place, evidence in enumerate(found):
        contrast = evidence.contrast
        if one := judged.get(place):
            # what Holm's procedure leaves to it before anything is claimed, whatever becomes of the others
            level = LEVEL * claims[place].weight / (coming + sum(claim.weight for claim in claims.values()))
            contrast = evidence.unbiased(level)
            decided = one.verdict is not Verdict.UNDECIDED
            contrast = replace(contrast, futile=not decided and evidence.futile(level))
            more = outlook_of(evidence, left[place], ahead) if one.verdict is Verdict.UNDECIDED else None
            contrast = replace(contrast, p_holm=one.p, p_equivalent=one.p_equivalent, verdict=one.verdict, more=more)
            if one.verdict is Verdict.EQUIVALENT:
                contrast = replace(contrast, within=_within(evidence, one.p_equivalent))
        contrasts.append(contrast)
    return contrasts


def _within(evidence: Evidence, adjusted: float) -> tuple[float, float, float] | None:
    """Return the interval by which a variant is equivalent: its confidence, and its ends within the margin.

    Two one-sided tests at a level reject where the interval of 1 minus twice that level lies within the margin
    (Schuirmann 1987): 90 % for 5 %, and more where the level is shared with other comparisons and looks. None where
    the differences have no spread, or an earlier look decided.
    """
    if evidence.absolute is None or not evidence.absolute[0].standard_error > 0:
        return None
    found, margin = evidence.absolute
    p = found.equivalence_p(margin)
    level = LEVEL * min(1.0, p / adjusted) if adjusted > 0 else LEVEL
    ends = found.interval(1 - 2 * level)
    inside = -margin <= ends.low and ends.high <= margin
    return (1 - 2 * level, ends.low, ends.high) if inside else None
