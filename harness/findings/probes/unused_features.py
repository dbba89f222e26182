"""Dead and redundant features, layer by layer: what the probe `features` counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.findings.facts import Facts
from harness.findings.finding import Finding, Section, Table
from harness.findings.groups import Group
from harness.findings.means import mean_of
from harness.findings.wording import listed
from harness.metrics import NOTHING
from harness.stats import Interval
from harness.study import OwnModel, Study

_KINDS = ("dead", "redundant")
_SEEN = 0.05
"""Features on average, fewer of which are none."""


def analyse(facts: Facts) -> Finding:
    """Return the counts of each layer in a table, and those of the reference in words; nothing without the probe."""
    if "features" not in facts.study.probes:
        return Finding()
    base = facts.groups[0]
    return Finding(
        _sentences(facts.study, base, facts.words[base.label].text), sections=_section(facts.study, facts.groups)
    )


def _section(study: Study, groups: Sequence[Group]) -> tuple[Section, ...]:
    """Return the mean counts of each layer of each variant."""
    rows = []
    for group in groups:
        for layer, features in _layers(study, group).items():
            counts = [_show(_count(group, kind, layer)) for kind in _KINDS]
            rows.append((group.label, layer, NOTHING if features is None else str(features), *counts))
    table = Table(
        caption="Features that the trained networks do not use: means over the replicates with 95 % intervals",
        headings=("variant", "layer", "features", "dead", "redundant"),
        numeric=(False, False, True, True, True),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )
    text = (
        "Counted on the validation images. Dead: puts out the same value everywhere, for all images. Redundant: "
        "correlates above 0.95 with another feature of its layer that is kept."
    )
    return (Section("Unused features", text, table),) if rows else ()


def _sentences(study: Study, reference: Group, words: str) -> tuple[str, ...]:
    """Return how many features the reference does not use, in a sentence."""
    if not reference.finished.any():
        return ()
    parts, none = [], []
    for layer, features in _layers(study, reference).items():
        counts = {kind: _count(reference, kind, layer).estimate for kind in _KINDS}
        found = [f"{count:.1f} {kind}" for kind, count in counts.items() if count >= _SEEN]
        of = "" if features is None else f" of {features}"
        if found:
            parts.append(f"{listed(found)}{of} in {layer}")
        elif not np.isnan(counts["dead"]):
            none.append(layer)
    said = [*parts, *([f"none in {listed(none)}"] if none else [])]
    return (f"Features that are not used, on average with {words}: {listed(said)}.",) if said else ()


def _layers(study: Study, group: Group) -> dict[str, int | None]:
    """Return hidden layer -> its features, of a variant of a grid; None where the network is the user's."""
    variant = next((one for one in study.variants if one.digest == group.digest), study.base)
    if isinstance(variant.model, OwnModel):  # its layers are those that were counted
        counted = [name.partition("/")[2] for name in group.columns if name.startswith("dead_features/")]
        return dict.fromkeys(name for name in counted if not np.isnan(_count(group, "dead", name).estimate))
    layers: dict[str, int | None] = {
        f"conv_{place + 1}": filters for place, filters in enumerate(variant.model.convolution_filters())
    }
    return layers | {f"dense_{place + 1}": units for place, units in enumerate(variant.model.dense)}


def _count(group: Group, kind: str, layer: str) -> Interval:
    column = f"{kind}_features/{layer}"
    return mean_of(f"{kind}_features", group.values(column).astype(float) if column in group.columns else [])


def _show(count: Interval) -> str:
    if np.isnan(count.estimate):
        return NOTHING
    if np.isnan(count.low):
        return f"{count.estimate:.1f}"
    return f"{count.estimate:.1f} ({count.low:.1f} to {count.high:.1f})"
