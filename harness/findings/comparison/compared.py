"""One set of trials against another, variant by variant, as a table with remarks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import UsageError
from harness.escaping import plain, throughout
from harness.findings.comparison.sides import (
    Side,
    compare_images,
    compared_groups,
    match,
    refuse_same_runs,
    require_same_metrics,
)
from harness.findings.finding import Table
from harness.findings.groups import Group, disturbed_trials
from harness.findings.wording import ON_NEW_IMAGES, listed
from harness.judging import NOT_INFERIOR, Conclusion, Contrast, Pairing, compare_pairings, overlap_of, parts_of
from harness.judging.contrast import show_effect, show_ends, show_new_ends, show_p, show_verdict
from harness.metrics import METRICS, NOTHING, own_name
from harness.study import Study, show_level
from harness.trials import EQUAL_FOR_SECONDS, describe, differing_places, left_out_of


@dataclass(frozen=True)
class Comparison:
    """Two sets of trials, compared.

    Attributes:
        before: what the first is called.
        after: what the second is called.
        table: a row for each variant and metric.
        contrasts: (variant, contrast) for each of its rows.
        conclusion: what they say together.
        remarks: what a reader must know.
        settings: a row for each setting in which the two studies differ; None if there is none.
    """

    before: str
    after: str
    table: Table
    contrasts: tuple[tuple[str, Contrast], ...]
    conclusion: Conclusion
    remarks: tuple[str, ...]
    settings: Table | None = None


def compare_sides(
    before: Side, after: Side, metrics: Sequence[str], margins: Mapping[str, float], non_inferior: bool
) -> Comparison:
    """Pair the variants that both have, and compare the second with the first.

    Variants are the same if their digests are; where no digest is, those with the same label are compared, and a
    remark says so.

    Args:
        before: the first.
        after: the second.
        metrics: names in :data:`harness.metrics.METRICS`; none for those that the second study asks for.
        margins: metric -> difference that does not matter, in its unit; the second study's for those not named.
        non_inferior: ask only whether the second is not worse by the margin or more.

    Raises:
        UsageError: if they share runs, had other images or have no variant in common, if a margin is missing, or a
            metric of the user's is not the same in both.
    """
    refuse_same_runs(before, after)
    metrics = tuple(own_name(name, after.study.own) for name in metrics) or after.study.metrics
    require_same_metrics(before, after, metrics)
    given, margins = margins, {**after.study.margins, **margins}
    sides = [compared_groups(side) for side in (before, after)]
    matched, remarks = match(before, after, *sides)
    remarks += compare_images(before, after, matched)
    remarks += [f"{side.name}: {said}" for side in (before, after) if (said := describe(left_out_of(side.trials)))]
    pairings = [_pairing(one, other) for one, other in matched]
    if before.study.seed != after.study.seed:
        remarks.append("The two have different seeds: a pair shares neither split nor batch order.")
    if non_inferior and (missing := [name for name in metrics if name not in margins]):
        raise UsageError(f"--non-inferior needs a margin for {missing[0]}. E.g. --margin {missing[0]}=0.002")
    overlap, parts = overlap_of(after.study, pairings[0].after), parts_of(after.study, pairings[0].after)
    contrasts, conclusion = compare_pairings(pairings, metrics, margins, overlap, non_inferior, parts)
    remarks += _other_margins(after, {name: given[name] for name in metrics if name in given})
    if any(METRICS[name].unit.clocked for name in metrics):
        remarks += [f"Seconds are not compared: {text}." for text in {one.after.withheld for one in pairings} if text]
        remarks += [f"{side.name}: {said}" for side, kept in zip((before, after), sides, strict=True)
                    if (said := disturbed_trials(kept))]  # fmt: skip
    table = _table(before.name, after.name, pairings, contrasts)
    settings = _settings_table(before.study, after.study)
    found = Comparison(before.name, after.name, table, tuple(contrasts), conclusion, tuple(remarks), settings)
    return throughout(found, plain)


def _other_margins(after: Side, given: Mapping[str, float]) -> list[str]:
    """Say which margins were named when the results were there, and are not those of the study."""
    asked = after.study.margins
    said = []
    for name, margin in given.items():
        if asked.get(name) != margin:
            of_study = f"the study's is {asked[name]:g}" if name in asked else "the study names none"
            said.append(f"the margin of {METRICS[name].title}, {margin:g} ({of_study})")
    if not said:
        return []
    return [
        f"Named after the trainings, on the command line: {listed(said)}. Unless it was fixed before, verdicts that go "
        "by it may be chosen by their outcome."
    ]


def _settings_table(before: Study, after: Study) -> Table | None:
    """Return dotted path, before and after of everything that results depend on and that is not the same."""
    ours, theirs = (_settings_of(study) for study in (before, after))
    paths = [path for path in dict.fromkeys([*ours, *theirs]) if ours.get(path) != theirs.get(path)]
    if not paths:
        return None
    rows = tuple((path, ours.get(path, NOTHING), theirs.get(path, NOTHING)) for path in paths)
    return Table(
        caption="Settings in which the two studies differ",
        headings=("setting", "before", "after"),
        numeric=(False, False, False),
        rows=rows,
        faint=(False,) * len(rows),
    )


def _settings_of(study: Study) -> dict[str, str]:
    """Return dotted path -> value of the base, and of what a study says beside it."""
    design = study.design
    said: dict[str, object] = {"seed": study.seed, "exclusive": study.exclusive, "probes": list(study.probes)}
    said |= {f"design.{name}": _dumped(value) for name, value in design.settings.items()}
    said |= {f"design: {path}": _dumped(levels) for path, levels in design.dimensions.items()}
    said |= {f"report.margin.{name}": f"{value:g}" for name, value in study.margins.items()}
    return {**study.base.flat(), **{path: show_level(value) for path, value in said.items()}}


def _dumped(value: object) -> object:
    """Return a model of the study file as plain tables and lists."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _pairing(before: Group, after: Group) -> Pairing:
    places = [{name: group.values(name) for name in EQUAL_FOR_SECONDS} for group in (before, after)]
    withheld = differing_places(places)
    return Pairing(after.label, before.sample(withheld), after.sample(withheld))


def _table(before: str, after: str, pairings: Sequence[Pairing], contrasts: Sequence[tuple[str, Contrast]]) -> Table:
    by_label = {pairing.label: pairing for pairing in pairings}
    new = any(not math.isnan(one.low_new) for _, one in contrasts)
    rows = tuple(
        (
            label,
            METRICS[one.metric].title,
            *_means(by_label[label], one),
            show_effect(one),
            show_ends(one),
            *([show_new_ends(one)] if new else []),
            str(one.pairs) if one.pairs else NOTHING,
            show_p(one.p_holm),
            one.note if one.note == NOT_INFERIOR else show_verdict(one),
        )
        for label, one in contrasts
    )
    return Table(
        caption=f"{after} against {before}, replicate by replicate",
        headings=(
            "variant",
            "metric",
            "before",
            "after",
            "difference",
            "95 % interval",
            *([ON_NEW_IMAGES] if new else []),
            "pairs",
            "p (Holm)",
            "verdict",
        ),
        numeric=(False, False, True, True, True, True, *([True] if new else []), True, True, False),
        rows=rows,
        faint=(False,) * len(rows),
    )


def _means(pairing: Pairing, contrast: Contrast) -> list[str]:
    """Return the mean of a metric before and after, over the replicates that both have and have measured."""
    metric = contrast.metric
    if METRICS[metric].unit.clocked and pairing.after.withheld:
        return [NOTHING, NOTHING]
    sides = [side.by_replicate(metric) for side in (pairing.before, pairing.after)]
    both = sides[0].index.intersection(sides[1].index)
    known = [side[both].dropna() for side in sides]
    return [METRICS[metric].show(float(side.mean())) if len(side) else NOTHING for side in known]
