"""How long it takes to reach other values than the target: which variant is faster may depend on how far one goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.findings.finding import Finding, Section, Table
from harness.findings.groups import Group
from harness.findings.means import time_of
from harness.findings.rows import Row
from harness.findings.wording import show_interval
from harness.judging.contrast import show_effect, show_ends
from harness.judging.evidence import Rules, gather
from harness.metrics import METRICS, NOTHING
from harness.study import Phase, TargetSpec

_TIMES = ("steps_to_target", "seconds_to_target")


def analyse(facts: Facts) -> Finding:
    """Return a table of the steps and seconds to each value of ``report.levels``; nothing where there are none.

    They are read from the evaluations that were recorded, by the rule that the target's own are measured by. They are
    shown and not judged: verdicts are those of the target that the study named.
    """
    study = facts.study
    if study.target is None or not study.report.levels or facts.history.empty:
        return Finding()
    claiming = [row for row in facts.rows if row.phase != Phase.SEARCH and row.finished]
    if not claiming:
        return Finding()
    rows: list[tuple[str, ...]] = []
    for level in study.report.levels:
        target = study.target.model_copy(update={"value": level})
        groups = {row.digest: _aimed(facts.by_digest[row.digest], facts.history, target) for row in claiming}
        shown = target.in_words
        for row in claiming:
            rows.append((shown, row.label, *_cells(row, groups[row.digest], groups.get(facts.rows[0].digest))))
            shown = ""
    headings = ["target", "variant", "reached it"]
    for name in _TIMES:
        headings += [METRICS[name].unit.name, "times the base's, 95 % interval"]
    table = Table(
        caption="To other targets: geometric means with 95 % intervals (medians where some missed), and ratios "
        "replicate by replicate",
        headings=tuple(headings),
        numeric=(False, False, *(True for _ in headings[2:])),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )
    text = (
        "From the evaluations that were recorded. These are shown for who aims elsewhere and are not judged: verdicts "
        "are those of the study's own target."
    )
    return Finding(sections=(Section("Time to other targets", text, table),))


def _cells(row: Row, group: Group, base: Group | None) -> tuple[str, ...]:
    """Return how many reached it, and for steps and seconds the mean and the ratio to the base's."""
    cells = [f"{int(np.isfinite(group.values(_TIMES[0])).sum())} of {int(group.finished.sum())}"]
    for name in _TIMES:
        if METRICS[name].unit.clocked and row.withheld:
            cells += [NOTHING, NOTHING]
            continue
        sample = group.sample(row.withheld)
        times = sample.times(name)
        time, is_median = time_of(name, times.at.to_numpy(), times.missed.to_numpy())
        shown = f"median {METRICS[name].show(time.estimate)}" if is_median else show_interval(name, time)
        cells.append("over half missed" if np.isinf(time.estimate) else shown)
        if base is None or base is group:
            cells.append(NOTHING)
            continue
        found = gather(name, sample, base.sample(), Rules({}, 0.0, looks=None)).contrast
        ends = show_ends(found)
        cells.append(show_effect(found) if ends == NOTHING else f"{show_effect(found)} ({ends})")
    return tuple(cells)


def _aimed(group: Group, history: pd.DataFrame, target: TargetSpec) -> Group:
    """Return the trials as if the study had had that target: when each reached it, not-a-number if it never did."""
    numbers = group.columns["trial"].astype(int)
    steps, seconds = np.full(len(numbers), np.nan), np.full(len(numbers), np.nan)
    evaluations = dict(tuple(history[history["trial"].isin(numbers)].groupby("trial")))
    sign = METRICS[target.metric].sign
    for place, number in enumerate(numbers.tolist()):
        if number not in evaluations:
            continue
        seen = evaluations[number]
        good = (sign * seen[target.metric].to_numpy(dtype=float) >= sign * target.value).astype(int)
        rows = np.convolve(good, np.ones(target.in_a_row, dtype=int))[: len(good)]
        reached = np.flatnonzero(rows == target.in_a_row)
        if len(reached):
            steps[place] = seen["step"].to_numpy(dtype=float)[reached[0]]
            seconds[place] = seen["train_seconds"].to_numpy(dtype=float)[reached[0]]
    return replace(group, columns={**group.columns, "steps_to_target": steps, "seconds_to_target": seconds})
