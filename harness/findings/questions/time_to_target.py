"""Which share of the trials had reached the target when: one minus the Kaplan-Meier curve."""

from __future__ import annotations

import numpy as np

from harness.findings.facts import Facts
from harness.findings.figures import PointFigure, Series
from harness.findings.finding import Finding
from harness.findings.groups import Group, times_to_target
from harness.findings.questions.learning_curves import MOST_CURVES
from harness.metrics import METRICS, RECORDED
from harness.stats import reached_by
from harness.study import Phase

CHAPTER = "Time to target"
_METRICS = ("steps_to_target", "seconds_to_target")


def analyse(facts: Facts) -> Finding:
    """Return the share of trials that reached the target against steps and, if they may be compared, seconds."""
    if not facts.study.target:
        return Finding()
    drawn = [row for row in facts.rows if row.phase != Phase.SEARCH and row.finished][:MOST_CURVES]
    if not any(row.reached for row in drawn):
        return Finding()
    figures = []
    for metric in _METRICS:
        if METRICS[metric].unit.clocked and any(row.withheld or not row.timed for row in drawn):
            continue
        series = tuple(_series(row.label, facts.by_digest[row.digest], metric) for row in drawn)
        words = RECORDED[METRICS[metric].watched].title
        figures.append(
            PointFigure(
                name=f"reached_by_{words.split()[-1]}",
                title=f"Share of trials that reached {facts.target}, against {words}",
                x_title=words,
                y_title="trials that reached it (%)",
                logarithmic=False,
                series=series,
                description=f"Share of trials that reached {facts.target}: "
                + "; ".join(f"{row.label} {row.reached} of {row.finished}" for row in drawn)
                + ".",
                chapter=CHAPTER,
                note="Trials that ended without reaching it count as watched up to their end (Kaplan-Meier).",
                staircase=True,
            )
        )
    return Finding(plots=tuple(figures))


def _series(label: str, group: Group, metric: str) -> Series:
    at, missed = times_to_target(group, metric)
    x, y = reached_by(at, missed)
    nothing = (float("nan"),) * len(x)
    return Series(label, tuple(np.asarray(x).tolist()), tuple((100 * np.asarray(y)).tolist()), nothing, nothing)
