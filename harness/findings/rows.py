"""A row for each variant: what its trials measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from harness.findings.report import Phase, Row
from harness.judging import Sample, censor
from harness.metrics import METRICS, PROBES
from harness.stats import Interval, kaplan_meier_median, mean_interval
from harness.study import BASE, Search, Study, grid, show_level
from harness.study.variant import short_names
from harness.trials import EQUAL_FOR_SECONDS, differing_places
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

    def sample(self, withheld: str = "") -> Sample:
        """What judging compares of it; with the reason why its seconds must not be compared, if there is one."""
        return make_sample(self.label, self.columns, withheld)


def scored_metrics(study: Study) -> tuple[str, ...]:
    """Return the metrics that get a column of means: accuracies, and what the study asks for beside them."""
    first = "val_accuracy" if study.data.validation else "train_accuracy"
    asked = [*getattr(study.design, "objectives", ()), *study.metrics]
    asked += [reference.metric for reference in study.report.reference if reference.step is None]
    asked += [name for probe in study.probes for name in PROBES[probe]]
    extra = [name for name in asked if METRICS[name].unit.compared == "difference" or name == "train_seconds"]
    return tuple(dict.fromkeys([first, "test_accuracy", *extra]))


def counted_metrics(study: Study) -> tuple[str, ...]:
    """Return the counts that get a column: parameters, multiply-accumulates and what the study asks for."""
    asked = [name for name in study.metrics if METRICS[name].unit.compared == "exact"]
    return tuple(dict.fromkeys(["parameters", "macs", *asked]))


def group_trials(study: Study, trials: pd.DataFrame) -> list[Group]:
    """Return the trials by variant, the reference first; planned variants without trials are there, too.

    In a search, a variant that was confirmed is represented by its confirming trials alone: the trial that made it
    win was also lucky.
    """
    columns = {name: trials[name].to_numpy() for name in trials.columns}
    places: dict[str, list[int]] = {}
    for place, digest in enumerate(columns["digest"]):
        places.setdefault(digest, []).append(place)
    planned = grid(study)
    groups = []
    for variant in planned:
        settings = {path: show_level(level) for path, level in variant.settings.items()}
        groups.append(_group(variant.label, variant.digest, settings, columns, places.pop(variant.digest, []), study))
    for digest, found in places.items():
        settings = {path: _show(columns[path][found[0]]) for path in study.design.dimensions}
        groups.append(_group(columns["variant"][found[0]], digest, settings, columns, found, study))
    return _unique_labels(groups)


def make_row(study: Study, group: Group, title: str, withheld: str) -> Row:
    """Return what a group's finished trials measured.

    Args:
        study: the study.
        group: the trials.
        title: the row's title.
        withheld: why seconds are not shown; empty if they are.
    """
    status = Counter(group.columns["status"].tolist())
    errors = [text for text in group.columns["error"][group.columns["status"] == "failed"] if text]
    steps, seconds, reached = (None, None, None)
    if study.target:
        reached = int(np.sum(~np.isnan(group.values("steps_to_target"))))
        steps = _time_to_target(group, "steps_to_target", "steps")
        seconds = None if withheld else _time_to_target(group, "seconds_to_target", "train_seconds")
    speed = group.values("images_per_second")
    return Row(
        label=group.label,
        title=title,
        digest=group.digest,
        phase=group.phase,
        settings=group.settings,
        finished=status["finished"],
        failed=status["failed"],
        killed=status["killed"],
        pruned=status["pruned"],
        scores={
            name: mean_interval([] if withheld and name == "train_seconds" else group.values(name))
            for name in scored_metrics(study)
        },
        reached=reached,
        steps_to_target=steps,
        seconds_to_target=seconds,
        counts=group.sample().counts,
        images_per_second=math.nan if withheld or np.isnan(speed).all() else float(np.nanmedian(speed)),
        withheld=withheld,
        objectives=tuple(_objective(group, name) for name in getattr(study.design, "objectives", ())),
        trials=tuple(int(number) for number in group.values("trial")),
        error=errors[0] if errors else "",
    )


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


def in_order(study: Study, rows: list[Row]) -> list[Row]:
    """Return the rows as they are shown: the reference, then grid order; in a search confirmed before explored.

    Within a phase of a search, Pareto-optimal rows come first where there are several objectives, then the better in
    the first objective; variants without a finished trial come last.
    """
    if not isinstance(study.design, Search):
        return rows
    first = METRICS[study.design.objectives[0]].better
    marked = _mark_pareto(rows, study.design)

    def key(row: Row) -> tuple[bool, bool, bool, float]:
        value = row.objectives[0]
        missing = math.isnan(value)
        worse = math.inf if missing else (-value if first == "higher" else value)
        return (row.phase != "confirm", missing, row.pareto is False, worse)

    return [marked[0], *sorted(marked[1:], key=key)]


def _mark_pareto(rows: list[Row], design: Search) -> list[Row]:
    if len(design.objectives) == 1:
        return rows
    signs = np.array([-1.0 if METRICS[name].better == "higher" else 1.0 for name in design.objectives])
    marked = []
    for row in rows:
        costs = np.array(row.objectives) * signs
        others = [np.array(other.objectives) * signs for other in rows if other.phase == row.phase]
        beaten = any((other <= costs).all() and (other < costs).any() for other in others)
        marked.append(replace(row, pareto=not beaten and not np.isnan(costs).any()))
    return marked


def _group(
    label: str, digest: str, settings: dict[str, str], columns: dict[str, np.ndarray], places: list[int], study: Study
) -> Group:
    found = np.array(places, dtype=int)
    phases = columns["phase"][found]
    phase: Phase = "design"
    if isinstance(study.design, Search):
        phase = "confirm" if (phases == "confirm").any() else "search"
        found = found[phases == phase]
    return Group(label, digest, phase, settings, {name: values[found] for name, values in columns.items()})


def _unique_labels(groups: list[Group]) -> list[Group]:
    """Tell apart variants whose labels round to the same text, by the start of their digests."""
    often = Counter(group.label for group in groups)
    return [
        replace(group, label=f"{group.label} [{group.digest[:4]}]") if often[group.label] > 1 and place else group
        for place, group in enumerate(groups)
    ]


def times_to_target(group: Group, name: str, watched: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a time a finished trial and whether it is censored, infinite where it could never have been reached.

    Args:
        group: the trials.
        name: "steps_to_target" or "seconds_to_target".
        watched: the column with how long each trial was watched.
    """
    return censor(group.values(name), group.values(watched), group.values("stop_reason"))


def _time_to_target(group: Group, name: str, watched: str) -> Interval:
    return kaplan_meier_median(*times_to_target(group, name, watched))


def _objective(group: Group, name: str) -> float:
    values = np.where(group.values("stop_reason") == "not_finite", np.nan, group.values(name).astype(float))
    if METRICS[name].watched:
        values = np.where(np.isnan(values), np.inf, values)
    return float(values.mean()) if len(values) else math.nan


def _show(level: Any) -> str:
    if level is None or (isinstance(level, float) and math.isnan(level)):
        return ""
    return show_level(level.item() if isinstance(level, np.generic) else level)
