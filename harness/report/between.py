"""Two studies, two stores or two reports beside each other: what `harness compare` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.errors import UsageError
from harness.judging import NOT_INFERIOR, Contrast, Outcome, Pairing, Sample, compare_pairings, overlap_of
from harness.report.comparison import Table
from harness.report.frames import FINGERPRINT, differing_places, tidy_trials
from harness.report.rows import Group, group_trials
from harness.report.wording import NOTHING, show_effect, show_ends, show_p, show_value, show_verdict
from harness.study import METRICS, Study

_CLAIMING = ("design", "confirm")


@dataclass(frozen=True)
class Between:
    """Two sets of trials, compared.

    Attributes:
        before: what the first is called.
        after: what the second is called.
        table: a row for each variant and metric.
        contrasts: (variant, contrast) for each of its rows.
        outcome: what they say together.
        remarks: what a reader must know.
    """

    before: str
    after: str
    table: Table
    contrasts: tuple[tuple[str, Contrast], ...]
    outcome: Outcome
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, its study and its trials."""

    name: str
    study: Study
    trials: pd.DataFrame


def compare_between(
    before: Side, after: Side, metrics: Sequence[str], margins: Mapping[str, float], non_inferior: bool
) -> Between:
    """Pair the variants that both have, and compare the second with the first.

    Variants are the same if their digests are; where no digest is, those with the same label are compared, and a
    remark says so.

    Args:
        before: the first.
        after: the second.
        metrics: names in :data:`harness.study.METRICS`; none for those that the second study asks for.
        margins: metric -> difference that does not matter, in its unit; the second study's for those not named.
        non_inferior: ask only whether the second is not worse by the margin or more.

    Raises:
        UsageError: if they have no variant in common, or a margin is missing.
    """
    metrics = tuple(metrics) or after.study.metrics
    margins = {**after.study.report.margin, **margins}
    sides = [_groups(side) for side in (before, after)]
    matched, remarks = _match(before, after, *sides)
    pairings = [_pairing(one, other) for one, other in matched]
    if before.study.seed != after.study.seed:
        remarks.append("The two have different seeds: a pair shares neither split nor batch order.")
    if non_inferior and (missing := [name for name in metrics if name not in margins]):
        raise UsageError(f"--non-inferior needs a margin for {missing[0]}. E.g. --margin {missing[0]}=0.002")
    contrasts, outcome = compare_pairings(pairings, metrics, margins, overlap_of(after.study), non_inferior)
    if any(METRICS[name].unit in ("seconds", "rate") for name in metrics):
        remarks += [f"Seconds are not compared: {text}." for text in {one.after.withheld for one in pairings} if text]
    table = _table(before.name, after.name, pairings, contrasts)
    return Between(before.name, after.name, table, tuple(contrasts), outcome, tuple(remarks))


def _groups(side: Side) -> list[Group]:
    groups = group_trials(side.study, tidy_trials(side.study, side.trials))
    return [group for group in groups if group.phase in _CLAIMING and group.finished.any()]


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
    places = [{name: group.values(name) for name in FINGERPRINT} for group in (before, after)]
    samples = [
        Sample(
            group.label,
            {name: group.values(name) for name in (*METRICS, "replicate", "steps", "stop_reason")},
            {name: _count(group, name) for name, metric in METRICS.items() if metric.unit == "count"},
            differing_places(places),
        )
        for group in (before, after)
    ]
    return Pairing(after.label, *samples)


def _count(group: Group, name: str) -> int | None:
    known = group.values(name).astype(float)
    known = known[~np.isnan(known)]
    return int(known[0]) if len(known) else None


def _table(before: str, after: str, pairings: Sequence[Pairing], contrasts: Sequence[tuple[str, Contrast]]) -> Table:
    by_label = {pairing.label: pairing for pairing in pairings}
    rows = tuple(
        (
            label,
            METRICS[one.metric].title,
            *_means(by_label[label], one),
            show_effect(one),
            show_ends(one),
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
            "pairs",
            "p (Holm)",
            "verdict",
        ),
        numeric=(False, False, True, True, True, True, True, True, False),
        rows=rows,
        faint=(False,) * len(rows),
    )


def _means(pairing: Pairing, contrast: Contrast) -> list[str]:
    """Return the mean of a metric before and after, over the replicates that both have and have measured."""
    metric = contrast.metric
    if METRICS[metric].unit in ("seconds", "rate") and pairing.after.withheld:
        return [NOTHING, NOTHING]
    sides = [side.by_replicate(metric) for side in (pairing.before, pairing.after)]
    both = sides[0].index.intersection(sides[1].index)
    known = [side[both].dropna() for side in sides]
    return [show_value(metric, float(side.mean())) if len(side) else NOTHING for side in known]
