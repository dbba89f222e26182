"""Which share of the trainings had reached the target when: one minus the Kaplan-Meier curve."""

from __future__ import annotations

import numpy as np

from harness.findings.facts import Facts
from harness.findings.figures import is_wide
from harness.findings.finding import Finding
from harness.findings.groups import Group, times_to_target
from harness.findings.questions.learning_curves import MOST_CURVES
from harness.findings.rows import Row
from harness.findings.trainings.figures import TOGETHER, Reached, ReachedFigure
from harness.findings.wording import quoted
from harness.metrics import METRICS, RECORDED
from harness.stats import reached_by
from harness.study import Phase

CHAPTER = "Time to target"
_METRICS = ("steps_to_target", "seconds_to_target")


def analyse(facts: Facts) -> Finding:
    """Return the share of trainings that have reached the target against steps and, if comparable, seconds."""
    if not facts.study.target:
        return Finding()
    drawn = [row for row in facts.rows if row.phase != Phase.SEARCH and row.finished][:MOST_CURVES]
    if not any(row.reached for row in drawn):
        return Finding()
    figures = []
    for metric in _METRICS:
        if METRICS[metric].unit.clocked and any(row.withheld or not row.timed for row in drawn):
            continue
        curves = tuple(_reached(row.label, facts.by_digest[row.digest], metric) for row in drawn)
        words = RECORDED[METRICS[metric].watched].title
        figures.append(
            ReachedFigure(
                name=f"reached_by_{words.split()[-1]}",
                title=f"Share of trainings that have reached {facts.target}, against {words}",
                x_title=words,
                y_title="trainings that have reached it (%)",
                logarithmic=is_wide([x for curve in curves for x in (*curve.x[1:], *curve.missed)]),
                curves=curves,
                description=f"Share of trainings that have reached {facts.target}, by {words}: "
                + "; ".join(f"{curve.label} {curve.reached} of {curve.finished}" for curve in curves)
                + ".",
                chapter=CHAPTER,
                note=_note(drawn, curves),
                evaluations=() if METRICS[metric].unit.clocked else _evaluations(facts, drawn),
            )
        )
    return Finding(plots=tuple(figures))


def _reached(label: str, group: Group, metric: str) -> Reached:
    at, missed = times_to_target(group, metric)
    x, y = reached_by(at, missed)
    never = np.sort(at[missed & np.isfinite(at)])
    shares = np.clip(100 * np.asarray(y), 0, 100)
    return Reached(
        label,
        tuple(np.asarray(x).tolist()),
        tuple(shares.tolist()),
        tuple(never.tolist()),
        int((~missed).sum()),
        len(at),
    )


def _evaluations(facts: Facts, drawn: list[Row]) -> tuple[float, ...]:
    """Return the steps at which the target was watched: no training can reach it between them."""
    target, history = facts.study.target, facts.history
    if target is None or target.metric not in history:
        return ()
    trials = [trial for row in drawn for trial in row.trials]
    steps = history["step"][history["trial"].isin(trials) & history[target.metric].notna()]
    return tuple(sorted(set(steps.astype(float).tolist())))


def _note(drawn: list[Row], curves: tuple[Reached, ...]) -> str:
    said = ["A line goes up where a training reaches the target."]
    if any(curve.reached < curve.finished for curve in curves):
        said.append(
            "A vertical tick is a training that ended without reaching it; it counts up to there, and says nothing of "
            "later (estimate of Kaplan and Meier)."
        )
    if len(curves) > TOGETHER:
        said.append(f"Each panel has one variant, with {quoted(drawn[0].label)} in grey.")
    return " ".join(said)
