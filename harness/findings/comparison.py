"""Two studies, two stores or two reports beside each other: what `harness compare` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.errors import UsageError
from harness.escaping import plain, throughout
from harness.findings.finding import Table
from harness.findings.groups import Group, disturbed_trials, group_trials
from harness.findings.wording import ON_NEW_IMAGES
from harness.judging import NOT_INFERIOR, Conclusion, Contrast, Pairing, compare_pairings, overlap_of
from harness.judging.contrast import show_effect, show_ends, show_new_ends, show_p, show_verdict
from harness.metrics import METRICS, NOTHING
from harness.study import Phase, Study, show_level
from harness.trials import EQUAL_FOR_SECONDS, describe, differing_places, left_out_of, show_wrong, tidy_trials


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


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, its study and its trials."""

    name: str
    study: Study
    trials: pd.DataFrame


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
        UsageError: if they share runs, had other images or have no variant in common, or if a margin is missing.
    """
    _refuse_same_runs(before, after)
    metrics = tuple(metrics) or after.study.metrics
    margins = {**after.study.report.margin, **margins}
    sides = [_groups(side) for side in (before, after)]
    matched, remarks = _match(before, after, *sides)
    remarks += _compare_images(before, after, matched)
    remarks += [f"{side.name}: {said}" for side in (before, after) if (said := describe(left_out_of(side.trials)))]
    pairings = [_pairing(one, other) for one, other in matched]
    if before.study.seed != after.study.seed:
        remarks.append("The two have different seeds: a pair shares neither split nor batch order.")
    if non_inferior and (missing := [name for name in metrics if name not in margins]):
        raise UsageError(f"--non-inferior needs a margin for {missing[0]}. E.g. --margin {missing[0]}=0.002")
    overlap = overlap_of(after.study, pairings[0].after)
    contrasts, conclusion = compare_pairings(pairings, metrics, margins, overlap, non_inferior)
    if any(METRICS[name].unit.clocked for name in metrics):
        remarks += [f"Seconds are not compared: {text}." for text in {one.after.withheld for one in pairings} if text]
        remarks += [f"{side.name}: {said}" for side, kept in zip((before, after), sides, strict=True)
                    if (said := disturbed_trials(kept))]  # fmt: skip
    table = _table(before.name, after.name, pairings, contrasts)
    settings = _settings_table(before.study, after.study)
    found = Comparison(before.name, after.name, table, tuple(contrasts), conclusion, tuple(remarks), settings)
    return throughout(found, plain)


def _refuse_same_runs(before: Side, after: Side) -> None:
    """Refuse two sets of which one is made from runs of the other: it would be compared with itself."""
    ids = [set(side.trials.get("run_id", pd.Series(dtype=str)).dropna()) - {""} for side in (before, after)]
    shared = len(ids[0] & ids[1])
    if shared:
        raise UsageError(
            f"{before.name} and {after.name} share {shared} of {len(ids[0])} and {len(ids[1])} runs: these would be "
            "compared with themselves. Keep a copy of the report from before the change, e.g. `cp -r "
            f"reports/{after.study.name} baseline`, and after it train into another store (--store)."
        )


def _compare_images(before: Side, after: Side, matched: Sequence[tuple[Group, Group]]) -> list[str]:
    """Refuse what was trained on other images; return a remark where that cannot be told."""
    unknown = False
    for ours, theirs in matched:
        names = [_images_of(side.study, group) for side, group in ((before, ours), (after, theirs))]
        digests = [set(group.values("data_digest")) - {""} for group in (ours, theirs)]
        unknown = unknown or not all(digests)
        if names[0] != names[1]:
            said = [show_wrong(name) for name in names]
        elif all(digests) and digests[0] != digests[1]:
            said = [f"{names[0]} with the digest {' and '.join(sorted(known))}" for known in digests]
        else:
            continue
        raise UsageError(
            f"{before.name} and {after.name} were not trained on the same images: {theirs.label} had {said[0]} before "
            f"and {said[1]} after. What they measured cannot be compared; train one of them again on the images of "
            "the other."
        )
    if unknown:
        return ["Whether both had the same images cannot be told: some of their trials have no digest of them."]
    return []


def _images_of(study: Study, group: Group) -> str:
    """Return the name of the image set of a variant."""
    return group.settings.get("data.name", study.data.name)


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
    said |= {f"report.margin.{name}": f"{value:g}" for name, value in study.report.margin.items()}
    return {**study.base.flat(), **{path: show_level(value) for path, value in said.items()}}


def _dumped(value: object) -> object:
    """Return a model of the study file as plain tables and lists."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _groups(side: Side) -> list[Group]:
    groups = group_trials(side.study, tidy_trials(side.study, side.trials))
    return [group for group in groups if group.phase != Phase.SEARCH and group.finished.any()]


def _match(
    before: Side, after: Side, ours: Sequence[Group], theirs: Sequence[Group]
) -> tuple[list[tuple[Group, Group]], list[str]]:
    by_digest = {group.digest: group for group in ours}
    found = [(by_digest[group.digest], group) for group in theirs if group.digest in by_digest]
    if found:
        return found, []
    by_label = {group.label: group for group in ours}
    found = [(by_label[group.label], group) for group in theirs if group.label in by_label]
    if not found:
        lists = [", ".join(group.label for group in groups[:5]) or "none" for groups in (ours, theirs)]
        raise UsageError(
            f"{before.name} and {after.name} have no finished variant in common: {lists[0]}; {lists[1]}. Compare two "
            "runs of the same study, or studies that share variants."
        )
    return found, ["Variants were matched by their labels: what else defines them differs between the two."]


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
