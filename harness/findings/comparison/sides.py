"""Two sets of trials to be compared: whether they may be, and which of their variants are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from harness.errors import UsageError
from harness.findings.groups import Group, group_trials
from harness.metrics import OwnName
from harness.study import CodeName, Phase, Study
from harness.trials import show_wrong, tidy_trials


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, its study and its trials."""

    name: str
    study: Study
    trials: pd.DataFrame


def refuse_same_runs(before: Side, after: Side) -> None:
    """Refuse two sets of which one is made from runs of the other: it would be compared with itself."""
    ids = [set(side.trials.get("run_id", pd.Series(dtype=str)).dropna()) - {""} for side in (before, after)]
    shared = len(ids[0] & ids[1])
    if shared:
        raise UsageError(
            f"{before.name} and {after.name} share {shared} of {len(ids[0])} and {len(ids[1])} runs: these would be "
            "compared with themselves. Keep a copy of the report from before the change, e.g. `cp -r "
            f"reports/{after.study.name} baseline`, and after it train into another store (--store)."
        )


def require_same_metrics(before: Side, after: Side, metrics: Sequence[str]) -> None:
    """Refuse a metric of the user's that is not the same in both: the text of its file, direction and unit make it."""
    for name in metrics:
        if not isinstance(name, OwnName):
            continue
        ours, theirs = before.study.own.get(name.own.name), name.own
        if ours is None:
            said = [f"{before.name} has none of that name"]
        else:
            said = [word for word in ("better", "unit") if getattr(ours, word) != getattr(theirs, word)]
            both = [(side.study.code, CodeName.of(own.of)) for side, own in ((before, ours), (after, theirs))]
            if len({(code[reference.file], reference.name) for code, reference in both}) > 1:
                said.append("function")
            said = [f"their {' and '.join(said)} differ" if len(said) > 1 else f"its {said[0]} differs"] if said else []
        if said:
            raise UsageError(
                f"{name} of {before.name} and {after.name} cannot be compared: {said[0]}. Name others with --metric, "
                "e.g. --metric test_accuracy."
            )


def compare_images(before: Side, after: Side, matched: Sequence[tuple[Group, Group]]) -> list[str]:
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


def compared_groups(side: Side) -> list[Group]:
    """Return the variants with finished trials of which something may be claimed."""
    groups = group_trials(side.study, tidy_trials(side.study, side.trials))
    return [group for group in groups if group.phase != Phase.SEARCH and group.finished.any()]


def match(
    before: Side, after: Side, ours: Sequence[Group], theirs: Sequence[Group]
) -> tuple[list[tuple[Group, Group]], list[str]]:
    """Return the variants that both have, as pairs, and remarks on how they were found.

    Raises:
        UsageError: if there is none.
    """
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
