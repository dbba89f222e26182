"""A row for each variant: what its trials measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from harness.findings.groups import Group, times_to_target
from harness.findings.means import mean_of, time_of
from harness.findings.search.dominance import front_of
from harness.judging import Contrast, accuracy_interval, is_of_hits
from harness.metrics import METRICS, PROBES, on_test_images
from harness.records import StopReason
from harness.stats import Interval
from harness.study import Phase, Study


@dataclass(frozen=True)
class Row:
    """What is known of one variant.

    Attributes:
        label: the variant's label, unique in the report.
        title: the label; that of the base followed by its settings.
        digest: the variant's digest.
        phase: which trials the numbers are made of. Only "design" and "confirm" make claims; "search" explored.
        settings: varied dotted path -> level, as text.
        finished: trials that ended by themselves: what the numbers rest on.
        failed: trials that broke.
        killed: trials that were interrupted.
        pruned: trials that the pruner ended.
        scores: metric -> mean with 95 % interval, geometric where it is compared as a ratio, for the metrics of
            :attr:`Report.scored`.
        reached: finished trials that reached the target; None without a target.
        steps_to_target: geometric mean with 95 % interval; the Kaplan-Meier median where some trials never reached it;
            None without a target.
        seconds_to_target: the same in training seconds; None without a target, or if seconds are withheld.
        counts: metric counted in whole numbers -> its value, None before a trial has started.
        images_per_second: geometric mean; NaN if unknown or withheld.
        withheld: why seconds are not shown; empty if they are.
        objectives: mean of each objective of a search, infinite where a target was never reached.
        pareto: whether no other row is at least as good in all of several objectives and better in one. Once some
            variants are confirmed, they are compared among themselves, by test images where the objective is measured
            on validation images, and what was only explored has None. None also with one objective or none.
        contrasts: against the reference, one for each metric of the study; empty for the reference itself, and where
            no claim is made.
        trials: numbers of the finished trials.
        timed: numbers of those of them whose seconds count.
        error: message of the first failed trial.
        medians: which of both times to target are medians.
        on_new_images: test accuracy -> its mean with the 95 % interval on new images like the test images; empty where
            it was not recorded which of these each trial got right.
    """

    label: str
    title: str
    digest: str
    phase: Phase
    settings: Mapping[str, str]
    finished: int
    failed: int
    killed: int
    pruned: int
    scores: Mapping[str, Interval]
    reached: int | None
    steps_to_target: Interval | None
    seconds_to_target: Interval | None
    counts: Mapping[str, int | None]
    images_per_second: float
    withheld: str = ""
    objectives: tuple[float, ...] = ()
    pareto: bool | None = None
    contrasts: tuple[Contrast, ...] = ()
    trials: tuple[int, ...] = ()
    timed: tuple[int, ...] = ()
    error: str = ""
    medians: tuple[str, ...] = ()
    on_new_images: Mapping[str, Interval] = field(default_factory=dict)


def scored_metrics(study: Study) -> tuple[str, ...]:
    """Return the metrics that get a column of means: accuracies, and what the study asks for beside them."""
    first = "val_accuracy" if study.data.validation else "train_accuracy"
    asked = [*study.design.objectives, *study.metrics]
    asked += [reference.metric for reference in study.report.reference if reference.step is None]
    asked += [name for probe in study.probes for name in PROBES[probe]]
    extra = [name for name in asked if METRICS[name].unit.compared == "difference" or name == "train_seconds"]
    return tuple(dict.fromkeys([first, "test_accuracy", *extra]))


def counted_metrics(study: Study) -> tuple[str, ...]:
    """Return the counts that get a column: parameters, multiply-accumulates and what the study asks for."""
    asked = [name for name in study.metrics if METRICS[name].unit.compared == "exact"]
    return tuple(dict.fromkeys(["parameters", "macs", *asked]))


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
    steps, seconds, reached, medians = None, None, None, []
    if study.target:
        reached = int(np.sum(~np.isnan(group.values("steps_to_target"))))
        steps, is_median = time_of("steps_to_target", *times_to_target(group, "steps_to_target"))
        medians += ["steps_to_target"] if is_median else []
        if not withheld:
            seconds, is_median = time_of("seconds_to_target", *times_to_target(group, "seconds_to_target"))
            medians += ["seconds_to_target"] if is_median else []
    speed, sample = group.clocked("images_per_second"), group.sample()
    scores = {name: mean_of(name, _scores(group, name, withheld)) for name in scored_metrics(study)}
    new = {name: accuracy_interval(scores[name], sample) for name in scores if is_of_hits(name)}
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
        scores=scores,
        reached=reached,
        steps_to_target=steps,
        seconds_to_target=seconds,
        counts=sample.counts,
        images_per_second=math.nan if withheld else mean_of("images_per_second", speed).estimate,
        withheld=withheld,
        objectives=tuple(_objective(group, name) for name in study.design.objectives),
        trials=tuple(int(number) for number in group.values("trial")),
        timed=tuple(int(number) for number in group.clocked("trial")),
        error=errors[0] if errors else "",
        medians=tuple(medians),
        on_new_images={name: interval for name, interval in new.items() if not math.isnan(interval.low)},
    )


def _scores(group: Group, name: str, withheld: str) -> Sequence[float] | np.ndarray:
    if METRICS[name].unit.clocked:
        return [] if withheld else group.clocked(name)
    return group.values(name)


def in_order(study: Study, rows: list[Row]) -> list[Row]:
    """Return the rows as they are shown: the reference, then grid order; in a search confirmed before explored.

    Within a phase of a search, rows that are Pareto-optimal in it come first where there are several objectives, then
    the better in the first objective; variants without a finished trial come last.
    """
    if not study.design.explores:
        return rows
    sign = METRICS[study.design.objectives[0]].sign
    marked, leading = _mark_pareto(rows, study.design.objectives)

    def key(row: Row) -> tuple[bool, bool, bool, float]:
        value = row.objectives[0]
        missing = math.isnan(value)
        worse = math.inf if missing else -sign * value
        return (row.phase != Phase.CONFIRM, missing, row.digest not in leading, worse)

    return [marked[0], *sorted(marked[1:], key=key)]


def answered_in(row: Row, objective: str) -> str:
    """Return the metric that says what a row came to in an objective.

    The search chose by the objective. What was trained afresh is told by the same on test images, if that is known.
    """
    tested = on_test_images(objective)
    return tested if row.phase == Phase.CONFIRM and tested in row.scores else objective


def came_to(row: Row, place: int, objective: str) -> float:
    """Return the mean of what :func:`answered_in` says of a row in an objective, given its place among them."""
    metric = answered_in(row, objective)
    return row.objectives[place] if metric == objective else row.scores[metric].estimate


def _mark_pareto(rows: list[Row], objectives: tuple[str, ...]) -> tuple[list[Row], frozenset[str]]:
    """Return the rows marked, and the digests of those that come first in their phase."""
    if len(objectives) == 1:
        return rows, frozenset(row.digest for row in rows)
    signs = [METRICS[name].sign for name in objectives]
    leading: set[str] = set()
    for phase in (Phase.SEARCH, Phase.CONFIRM):
        members = [row for row in rows if row.phase == phase]
        points = [[came_to(row, place, name) for place, name in enumerate(objectives)] for row in members]
        leading.update(row.digest for row, on_it in zip(members, front_of(points, signs), strict=True) if on_it)
    told = Phase.CONFIRM if any(row.phase == Phase.CONFIRM and row.finished for row in rows) else Phase.SEARCH
    marked = [replace(row, pareto=row.digest in leading if row.phase == told else None) for row in rows]
    return marked, frozenset(leading)


def _objective(group: Group, name: str) -> float:
    values = np.where(group.values("stop_reason") == StopReason.NOT_FINITE, np.nan, group.values(name).astype(float))
    if METRICS[name].watched:
        values = np.where(np.isnan(values), np.inf, values)
    return float(values.mean()) if len(values) else math.nan
