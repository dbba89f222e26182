"""What limits the numbers, and what a reader must know to trust them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import pandas as pd

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.groups import Group, disturbed_trials
from harness.findings.rows import Row
from harness.findings.wording import listed
from harness.judging import parts_of
from harness.judging.contrast import show_p, show_spreads
from harness.metrics import METRICS, counted
from harness.records import StopReason
from harness.stats import LEVEL, Verdict
from harness.study import Phase, Study, censored_floor, comparisons_of
from harness.trials import EQUAL_FOR_SECONDS, describe

_FLIPS_TELL = 6
"""Pairs from which the sign-flip test can reach 5 % at all."""
_TAIL_FROM = 20
"""Pairs from which spreads that differ and are skewed leave false claims near or below 5 %, see docs/method.md."""
_AT_MOST = 5
_NORMAL_FROM = 6
"""Finished trials from which it matters little how differences are distributed."""
_UNEVEN = 1.5
"""Times as long a step in one training as in an equal one: alone on a machine they are within a quarter."""
_LONG_ENOUGH = 1.0
"""Seconds below which a training is over before a machine has settled."""


def analyse(facts: Facts) -> Finding:
    """Return what limits the numbers: unreadable runs, few replicates, failures, seconds that do not count."""
    study, trials, rows = facts.study, facts.trials, facts.rows
    claiming = [row for row in rows if row.phase != Phase.SEARCH and row.finished]
    return Finding(
        remarks=(
            *([describe(facts.left_out)] if facts.left_out else []),
            *_strangers(study, trials),
            *_not_counted(trials),
            *_few_replicates(claiming),
            *_floors(study, claiming, facts.judged.no_effects),
            *_disagreements(claiming),
            *_unlike_spreads(claiming),
            *_dependent_replicates(study, facts.groups),
            *_broken(trials),
            *_changed_images(study, trials),
            *_withheld_seconds(rows),
            *([said] if (said := disturbed_trials(facts.groups)) else []),
            *_cut_short(facts.groups),
            *_uneven_seconds(facts.groups),
            *_explored(rows),
        )
    )


def _strangers(study: Study, trials: pd.DataFrame) -> list[str]:
    """Say which trials are of variants that the study does not have."""
    if study.design.explores:
        return []
    apart = ~trials["digest"].isin([variant.digest for variant in study.variants])
    if not apart.any():
        return []
    labels = sorted(set(trials["variant"][apart]))[:_AT_MOST]
    return [f"{counted(int(apart.sum()), 'trial')} of variants that the study does not plan: {listed(labels)}."]


def _disagreements(rows: Sequence[Row]) -> list[str]:
    """Say where the permutation test, which supposes less, does not see what the t test does."""
    apart = [
        f"{row.label} in {METRICS[found.metric].title} (p = {show_p(found.p_flips)})"
        for row in rows
        for found in row.contrasts
        if found.verdict in (Verdict.BETTER, Verdict.WORSE) and found.pairs >= _FLIPS_TELL and found.p_flips > LEVEL
    ]
    if not apart:
        return []
    return [f"The permutation test, which supposes no distribution, does not confirm: {listed(apart[:_AT_MOST])}."]


def _unlike_spreads(rows: Sequence[Row]) -> list[str]:
    """Say where spreads differ, so that the t test was guarded, and what that does not guard against."""
    apart = [
        (found, f"{row.label} {show_spreads(found)} in {METRICS[found.metric].title}")
        for row in rows
        for found in row.contrasts
        if not math.isnan(found.spreads)
    ]
    if not apart:
        return []
    named = listed([text for _, text in apart[:_AT_MOST]])
    more = f", and {len(apart) - _AT_MOST} more" if len(apart) > _AT_MOST else ""
    text = f"Trainings differ in how steady they are: against the base, {named}{more}. Intervals there are widened."
    fewest = min(found.pairs for found, _ in apart)
    if fewest < _TAIL_FROM:
        text += f" A failure that is rare may be missing from {counted(fewest, 'pair')}."
    return [text]


def _not_counted(trials: pd.DataFrame) -> list[str]:
    status = Counter(trials["status"].tolist())
    apart = [f"{status[kind]} {kind}" for kind in ("pruned", "failed", "killed") if status[kind]]
    return [f"Not in the numbers: {listed(apart)} of {counted(len(trials), 'trial')}."] if apart else []


def _few_replicates(claiming: Sequence[Row]) -> list[str]:
    if not claiming:
        return []
    if max(row.finished for row in claiming) == 1:
        return ["Each variant was trained once, so that nothing can be said of chance: no intervals, no verdicts."]
    fewest = min(row.finished for row in claiming)
    if fewest >= _NORMAL_FROM:
        return []
    return [
        f"Some variants have only {counted(fewest, 'finished trial')}: intervals and p-values lean on differences "
        "that are about normally distributed."
    ]


def _floors(study: Study, claiming: Sequence[Row], no_effects: Collection[str]) -> list[str]:
    """Say of which undecided times no p-value could have been small enough, as there are too few replicates."""
    found = [
        one
        for row in claiming
        for one in row.contrasts
        if one.kind == "time_ratio" and one.tested and one.verdict is Verdict.UNDECIDED
    ]
    family = comparisons_of(study, sum(bool(row.contrasts) for row in claiming), no_effects)
    said = []
    for pairs in sorted({one.pairs for one in found}):
        titles = dict.fromkeys(METRICS[one.metric].title for one in found if one.pairs == pairs)
        said.append(censored_floor(list(titles), pairs, family))
    return [sentence for sentence in said if sentence]


def _dependent_replicates(study: Study, groups: Sequence[Group]) -> list[str]:
    if study.data.split != "k_fold":
        return []
    parts = parts_of(study, groups[0].sample())
    repeated, rest = divmod(study.design.replicate_range[1], parts)
    what, source = "the folds of a cross-validation", "Nadeau & Bengio (2003)"
    if repeated > 1:
        what = f"the {parts} folds of a cross-validation that is repeated with other cuts, {repeated} times"
        source += ", for repetitions Bouckaert & Frank (2004)"
    said = [
        f"Replicates are {what}. Their training images overlap, so that they are not independent: differences have the "
        f"corrected variance of {source}; intervals of single means come out too narrow (Bengio & Grandvalet 2004)."
    ]
    if rest:
        begun = "not all folds are held out" if not repeated else "the last repetition lacks some"
        said.append(f"{study.design.replicate_range[1]} replicates are no multiple of {parts} folds: {begun}.")
    return said


def _broken(trials: pd.DataFrame) -> list[str]:
    broken = int((trials["stop_reason"] == StopReason.NOT_FINITE).sum())
    if not broken:
        return []
    many = counted(broken, "training")
    return [
        f"{many} diverged, to losses or weights that are no finite numbers: no scores, and the target counts as missed."
    ]


def _changed_images(study: Study, trials: pd.DataFrame) -> list[str]:
    sets = trials["data.name"].astype(str) if "data.name" in trials else pd.Series(study.data.name, index=trials.index)
    known = trials["data_digest"].replace("", None).dropna()  # what never began to train has none
    return [
        f"The images of {name} changed between trials ({listed(sorted(digests.unique()))}): what differs "
        "between such trials may come from that."
        for name, digests in known.groupby(sets)
        if digests.nunique() > 1
    ]


def _withheld_seconds(rows: Sequence[Row]) -> list[str]:
    reasons = {row.withheld: row.label for row in reversed(rows) if row.withheld}
    said = []
    for reason, label in reasons.items():
        many = sum(row.withheld == reason for row in rows)
        who = label if many == 1 else counted(many, "variant")
        said.append(f"Seconds are not compared for {who}, because the trials ran in different places: {reason}.")
    return said


def _cut_short(groups: Sequence[Group]) -> list[str]:
    """Say which trainings had fewer steps than their time allows: their accuracies are those of a busy machine."""
    ended = [~group.timed & (group.values("stop_reason") == StopReason.TIME_BUDGET) for group in groups]
    if not (short := sum(int(one.sum()) for one in ended)):
        return []
    return [
        f"{counted(short, 'training')} ended by the time budget while others used the machine: with fewer steps than "
        "alone, so that steps and accuracies are affected, too."
    ]


def _uneven_seconds(groups: Sequence[Group]) -> list[str]:
    """Say where equal trainings took far from equally long: what disturbed them was not seen, and is in the seconds."""
    uneven = {group.label: ratio for group in groups if (ratio := _slowest(group)) >= _UNEVEN}
    if not uneven:
        return []
    most = max(uneven, key=lambda label: uneven[label])
    where = most if len(uneven) == 1 else f"{most}; {len(uneven)} of {counted(len(groups), 'variant')} are uneven"
    return [
        f"Of equal trainings the slowest took {uneven[most]:.1f} times as long a step as the fastest ({where}): "
        "something else used the machine, and no record says what. Seconds are less sure than their intervals say."
    ]


def _slowest(group: Group) -> float:
    """Return the seconds a step of the slowest training over those of the fastest, of trainings on one machine."""
    steps, seconds = group.clocked("steps").astype(float), group.clocked("train_seconds").astype(float)
    known = (seconds >= _LONG_ENOUGH) & (steps > 0) & (group.clocked("stop_reason") != StopReason.NOT_FINITE)
    places = pd.DataFrame({name: group.clocked(name) for name in EQUAL_FOR_SECONDS})[known].fillna("")
    if len(places) < 2:
        return 1.0
    each = pd.Series(seconds[known] / steps[known]).groupby(places.astype(str).agg("|".join, axis=1).to_numpy())
    return float((each.max() / each.min()).max())


def _explored(rows: Sequence[Row]) -> list[str]:
    if not any(row.phase == Phase.SEARCH and row.finished for row in rows):
        return []
    return [
        "Explored variants were looked at by the search itself, so that the best of them are better on paper than "
        "in truth. Claims are made of confirmed variants alone."
    ]
