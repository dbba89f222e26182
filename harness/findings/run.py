"""What there is to say of one run."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from harness.escaping import plain, throughout
from harness.metrics import CLOCKS, EVALUATED, METRICS, RECORDED, SECONDS, Metric, counted, known, named
from harness.records import ENDINGS, StopReason
from harness.study import Study, TargetSpec

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunCurve:
    """One metric over a run.

    Attributes:
        title: the metric's.
        values: a value an evaluation.
        first: the first value with its unit.
        last: the last one.
        best: the best one.
        best_step: when that was.
    """

    title: str
    values: tuple[float, ...]
    first: str
    last: str
    best: str
    best_step: int


@dataclass(frozen=True)
class RunReport:
    """One run.

    Attributes:
        name: study and number of the trial: ``quickstart#7``.
        question: the study's question.
        facts: what the run is and how it ended, as (name, text).
        figures: heading -> (name, value with its unit) of everything that was measured.
        steps: of its evaluations.
        curves: learning curves; none if nothing was evaluated.
        target: the target's value with its unit; empty without one.
        reached: steps to the target; None where it was missed.
    """

    name: str
    question: str
    facts: tuple[tuple[str, str], ...]
    figures: Mapping[str, tuple[tuple[str, str], ...]]
    steps: tuple[int, ...]
    curves: tuple[RunCurve, ...]
    target: str
    reached: int | None


def run_report_of(study: Study, row: Mapping[str, Any], history: pd.DataFrame) -> RunReport:
    """Return what a run is, what it measured and its learning curves.

    Args:
        study: the study.
        row: as in :attr:`harness.results.RunResults.row`.
        history: a row an evaluation.
    """
    evaluations = history.dropna(subset=list(EVALUATED), how="all")
    steps = tuple(int(step) for step in evaluations["step"])
    drawn = ("val_accuracy", "val_loss", *(name for name in study.asked_metrics if name in evaluations))
    names = [name for name in drawn if METRICS[name].evaluated and evaluations[name].notna().any()]
    names = names or [name for name in ("train_accuracy", "train_loss") if evaluations[name].notna().any()]
    target, reached = study.target, row.get("steps_to_target")
    report = RunReport(
        name=f"{study.name}#{row['trial']}",
        question=study.question,
        facts=tuple(_facts(study, row)),
        figures=figures(row, study.asked_metrics),
        steps=steps,
        curves=tuple(_curve(name, [float(value) for value in evaluations[name]], steps) for name in names),
        target=METRICS[target.metric].show_given(target.value) if target else "",
        reached=int(reached) if _is_number(reached) else None,
    )
    return throughout(report, plain)


def _curve(name: str, values: Sequence[float], steps: Sequence[int]) -> RunCurve:
    show, best = METRICS[name].show_with_unit, best_of(name, values)
    return RunCurve(
        METRICS[name].title, tuple(values), show(values[0]), show(values[-1]), show(values[best]), steps[best]
    )


def best_of(metric: str, values: Sequence[float]) -> int:
    """Return the place of the best value, the first of equal ones; 0 if none is a number."""
    known = [place for place, value in enumerate(values) if not math.isnan(value)]
    sign = METRICS[metric].sign
    return max(known, key=lambda place: sign * values[place], default=0)


def _facts(study: Study, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a run is and how it ended, as (name, text)."""
    where = [str(row[name]) for name in ("processor", "instructions", "device", "backend") if row.get(name)]
    counts = [
        counted(int(row[name]), noun)
        for name, noun in (("threads", "thread"), ("workers", "worker"))
        if _is_number(row.get(name))
    ]
    began = row.get("started")
    when = "" if _is_missing(began) else f"{began:%Y-%m-%d %H:%M:%S} UTC"
    return [
        ("variant", row["variant"]),
        ("replicate", f"{row['replicate']} ({row['phase']})"),
        ("status", ended(study.target, row)),
        ("began", when),
        ("ran on", ", ".join([*where, *counts])),
        ("run id", row["run_id"]),
    ]


def ended(target: TargetSpec | None, row: Mapping[str, Any]) -> str:
    """Return a run's status and why it ended, e.g. "finished: reached the target of 94 % validation accuracy"."""
    status, error, reason = row["status"], row.get("error"), row.get("stop_reason")
    if isinstance(error, str) and error:
        return f"{status}: {error}"
    goal = target.in_words.removeprefix("a ") if target else ""
    return f"{status}: {ENDINGS[StopReason(reason)].told.format(goal)}" if reason in set(StopReason) else str(status)


def figures(row: Mapping[str, Any], asked: Iterable[str] = ()) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return heading -> (name, value with its unit) of everything that was measured; what was not is left out.

    Args:
        row: as in :attr:`harness.results.RunResults.row`.
        asked: metrics that the study names, and that are measured for that alone.
    """
    seconds = {clock: row.get(f"{clock}_seconds") for clock in CLOCKS}
    rows = {str(name): METRICS[name] for name in asked}
    more = [metric for name in row if (metric := rows.get(name) or named(name))]
    return {
        "measured": _titled(row, [*(RECORDED[name] for name in known("evaluated", "scored", "end")), *more]),
        "progress": _titled(row, [RECORDED[name] for name in known("progress")]),
        "seconds": tuple((clock, SECONDS.write(spent)) for clock, spent in seconds.items() if _is_number(spent)),
        "network": _titled(row, [RECORDED[name] for name in known("built")]),
    }


def _titled(row: Mapping[str, Any], metrics: Iterable[Metric]) -> tuple[tuple[str, str], ...]:
    found = [(metric, row.get(metric.name)) for metric in metrics]
    return tuple((metric.title, metric.show_with_unit(value)) for metric, value in found if _is_number(value))


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not math.isnan(value)


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # pandas' NaT, like NaN, is not equal to itself
