"""Each variant against the reference, metric by metric."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from harness.report.comparison import Contrast, Row
from harness.report.rows import Group
from harness.stats import PairedDifference, PairedRatio, Verdict, paired_difference, paired_ratio, verdict
from harness.study import METRICS, Study

_CLAIMING = ("design", "confirm")


def contrasts(study: Study, row: Row, group: Group, reference: Row, base: Group) -> tuple[Contrast, ...]:
    """Return a contrast for each metric of the study; none where no claim may be made.

    No claim is made of the reference itself, of a variant that a search only explored, against a base that the search
    has not trained afresh, and where nothing has finished.
    """
    claiming = row.phase in _CLAIMING and reference.phase in _CLAIMING
    if group is base or not claiming or not row.finished or not reference.finished:
        return ()
    return tuple(_contrast(study, name, row, group, reference, base) for name in study.metrics)


def _contrast(study: Study, name: str, row: Row, group: Group, reference: Row, base: Group) -> Contrast:
    unit = METRICS[name].unit
    if unit == "count":
        return _exact(study, name, row, reference)
    if unit in ("seconds", "rate") and row.withheld:
        return _missing(name, f"not compared: {row.withheld}")
    if name.endswith("_to_target"):
        missed = (row.finished - (row.reached or 0), reference.finished - (reference.reached or 0))
        if any(missed):
            return _missing(name, _missed(row, reference))
    broken = [_broken(name, one) for one in (group, base)]
    if any(broken):
        return _missing(name, f"{broken[0]} of {row.finished} broke off; {reference.label}: {broken[1]}")
    if unit in ("share", "nats", "number"):
        return _difference(study, name, group, base)
    return _ratio(study, name, group, base)


def _broken(name: str, group: Group) -> int:
    """Count finished trials without a value: a loss that is not a number. The mean of the others would flatter."""
    return int(np.isnan(group.values(name).astype(float)).sum())


def _difference(study: Study, name: str, group: Group, base: Group) -> Contrast:
    found = paired_difference(group.by_replicate(name), base.by_replicate(name))
    judged = verdict(found, METRICS[name].better, study.report.margin.get(name))
    return _judged(name, "difference", found, judged, found.standard_error)


def _ratio(study: Study, name: str, group: Group, base: Group) -> Contrast:
    """Judge by the ratio; a margin is a difference in the metric's own unit, so that equivalence is judged by that."""
    values, others = group.by_replicate(name), base.by_replicate(name)
    if (values <= 0).any() or (others <= 0).any():  # a target that the untrained network already holds
        return _missing(name, "a value of 0 has no ratio")
    found = paired_ratio(values, others)
    judged = verdict(found.log, METRICS[name].better)
    margin = study.report.margin.get(name)
    if margin is not None and verdict(paired_difference(values, others), METRICS[name].better, margin) == "equivalent":
        judged = Verdict.EQUIVALENT
    return _judged(name, "ratio", found, judged, found.log.standard_error)


def _judged(
    name: str,
    kind: Literal["difference", "ratio"],
    found: PairedDifference | PairedRatio,
    judged: Verdict,
    error: float,
) -> Contrast:
    note = ""
    if found.n < 2:
        note = "1 pair has no interval" if found.n else "no replicate that both finished"
    elif error == 0 and judged is Verdict.UNDECIDED:
        note = "every pair gives the same"
    return Contrast(name, kind, found.estimate, found.low, found.high, found.n, found.p_value, judged, note)


def _exact(study: Study, name: str, row: Row, reference: Row) -> Contrast:
    """Compare counts that no seed changes: no interval is needed, and one trial of each is enough."""
    value, base = row.counts.get(name), reference.counts.get(name)
    if value is None or base is None:
        return _missing(name, "not recorded")
    if abs(value - base) < study.report.margin.get(name, 1):
        judged = Verdict.EQUIVALENT
    else:
        judged = Verdict.BETTER if (value < base) == (METRICS[name].better == "lower") else Verdict.WORSE
    ratio = value / base if base else math.nan
    return Contrast(name, "exact", ratio, math.nan, math.nan, 0, math.nan, judged)


def _missing(name: str, note: str) -> Contrast:
    return Contrast(name, "ratio", math.nan, math.nan, math.nan, 0, math.nan, Verdict.UNDECIDED, note)


def _missed(row: Row, reference: Row) -> str:
    counts = [f"{one.finished - (one.reached or 0)} of {one.finished}" for one in (row, reference)]
    return f"{counts[0]} never reached it; {reference.label}: {counts[1]}"


def best_first(rows: list[Row], metric: str) -> list[int]:
    """Return the positions of rows by how a metric's contrast came out, decided verdicts before others."""
    order = {Verdict.BETTER: 0, Verdict.WORSE: 1, Verdict.EQUIVALENT: 2, Verdict.UNDECIDED: 3}

    def key(place: int) -> tuple[int, float]:
        found = [contrast for contrast in rows[place].contrasts if contrast.metric == metric]
        if not found:
            return (4, 0.0)
        size = found[0].estimate
        sign = -1 if METRICS[metric].better == "higher" else 1
        return (order[found[0].verdict], math.inf if np.isnan(size) else sign * size)

    return sorted(range(len(rows)), key=key)
