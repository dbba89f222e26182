"""The trials of each variant, as arrays."""

from __future__ import annotations

import contextlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from harness.judging import Sample, censor
from harness.metrics import METRICS, counted
from harness.study import BASE, Phase, Study, show_level
from harness.study.variant import short_names
from harness.trials import EQUAL_FOR_SECONDS, LOAD, differing_places, disturbed
from harness.trials.samples import make_sample


@dataclass(frozen=True)
class Group:
    """The trials that a row is made of: those of one variant in one phase.

    Attributes:
        label: the variant's label.
        digest: the variant's digest.
        phase: the phase.
        settings: varied dotted path -> level, as text.
        columns: trial columns as arrays, all trials of the group.
    """

    label: str
    digest: str
    phase: Phase
    settings: Mapping[str, str]
    columns: Mapping[str, np.ndarray]

    @property
    def finished(self) -> np.ndarray:
        """Mask of the trials that ended by themselves."""
        return cast("np.ndarray", self.columns["status"] == "finished")

    def values(self, name: str) -> np.ndarray:
        """A column of the finished trials, in order of the trial numbers."""
        return cast("np.ndarray", self.columns[name][self.finished])

    @property
    def timed(self) -> np.ndarray:
        """Mask of the finished trials whose seconds count: nobody else used the machine."""
        return ~disturbed({name: self.values(name) for name in LOAD}, int(self.finished.sum()))

    def clocked(self, name: str) -> np.ndarray:
        """What a clock measured of the finished trials whose seconds count, in order of the trial numbers."""
        return cast("np.ndarray", self.values(name)[self.timed])

    def sample(self, withheld: str = "") -> Sample:
        """What judging compares of it; with the reason why its seconds must not be compared, if there is one."""
        return make_sample(self.label, self.columns, withheld)


def group_trials(study: Study, trials: pd.DataFrame) -> list[Group]:
    """Return the trials by variant, the reference first; planned variants without trials are there, too.

    In a search, a variant that was confirmed is represented by its confirming trials alone: the trial that made it
    win was also lucky.
    """
    columns = {name: trials[name].to_numpy() for name in trials.columns}
    places: dict[str, list[int]] = {}
    for place, digest in enumerate(columns["digest"]):
        places.setdefault(digest, []).append(place)
    planned = study.variants
    groups = []
    for variant in planned:
        settings = {path: show_level(level) for path, level in variant.settings.items()}
        groups.append(_group(variant.label, variant.digest, settings, columns, places.pop(variant.digest, []), study))
    for digest, found in places.items():
        settings = {path: _show(columns[path][found[0]]) for path in study.design.dimensions}
        groups.append(_group(columns["variant"][found[0]], digest, settings, columns, found, study))
    return _unique_labels(groups)


def reference_title(group: Group) -> str:
    """Return ``base (downsample=max_pool)``, or the label where the design does not contain the base."""
    if group.label != BASE or not group.settings:
        return group.label
    names = short_names(list(group.settings))
    return f"{BASE} ({', '.join(f'{names[path]}={level}' for path, level in group.settings.items())})"


def withheld_seconds(group: Group, reference: Group) -> str:
    """Return why the seconds of a variant cannot be read beside the reference's; empty if they can."""
    both = [group] if group is reference else [reference, group]
    return differing_places([{name: part.values(name) for name in EQUAL_FOR_SECONDS} for part in both])


def disturbed_trials(groups: Sequence[Group]) -> str:
    """Say of how many trials the seconds do not count because others used the machine; empty for none."""
    timed = np.concatenate([group.timed for group in groups]) if groups else np.empty(0, bool)
    if timed.all():
        return ""
    left, count = int((~timed).sum()), len(timed)
    whose = f"all {counted(count, 'trial')}" if left == count > 1 else f"{left} of {counted(count, 'trial')}"
    beside = sum(int((group.values("studies_beside") > 0).sum()) for group in groups)
    study = f", another study beside {'all' if beside == left > 1 else beside} of them" if beside else ""
    return f"Seconds of {whose} are left out: others used the machine while they ran{study}."


def times_to_target(group: Group, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a time a finished trial and whether it is censored, infinite where it could never have been reached.

    Args:
        group: the trials.
        name: "steps_to_target" or "seconds_to_target".
    """
    columns = [group.values(column) for column in (name, METRICS[name].watched, "stop_reason")]
    if METRICS[name].unit.clocked:
        columns = [column[group.timed] for column in columns]
    return censor(*columns)


def _group(
    label: str, digest: str, settings: dict[str, str], columns: dict[str, np.ndarray], places: list[int], study: Study
) -> Group:
    found = np.array(places, dtype=int)
    phases = columns["phase"][found]
    phase = Phase.DESIGN
    if study.design.explores:
        phase = Phase.CONFIRM if (phases == Phase.CONFIRM).any() else Phase.SEARCH
        found = found[phases == phase]
    return Group(label, digest, phase, settings, {name: values[found] for name, values in columns.items()})


def _unique_labels(groups: list[Group]) -> list[Group]:
    """Tell apart variants whose labels round to the same text, by the start of their digests."""
    often = Counter(group.label for group in groups)
    return [
        replace(group, label=f"{group.label} [{group.digest[:4]}]") if often[group.label] > 1 and place else group
        for place, group in enumerate(groups)
    ]


def _show(level: Any) -> str:
    if level is None or (isinstance(level, float) and math.isnan(level)):
        return ""
    if isinstance(level, str) and level.startswith("["):  # a list, which a table keeps as JSON
        with contextlib.suppress(ValueError):
            level = json.loads(level)
    return show_level(level.item() if isinstance(level, np.generic) else level)
