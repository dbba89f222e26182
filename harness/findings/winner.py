"""Which trained network stands for what a study found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.errors import UsageError
from harness.findings.contrasts import best_first
from harness.findings.report import Report
from harness.findings.rows import Row
from harness.judging.contrast import show_effect
from harness.metrics import METRICS, counted
from harness.records import StopReason
from harness.stats import Verdict


@dataclass(frozen=True)
class Winner:
    """The network that stands for a study.

    Attributes:
        variant: label of its variant.
        trial: number of its trial.
        run_id: its MLflow run.
        why: why this variant, and of its trials this one; a sentence.
    """

    variant: str
    trial: int
    run_id: str
    why: str


def choose_winner(report: Report, trials: pd.DataFrame, metric: str) -> Winner:
    """Choose the winning variant, and of its trials the one with the best validation accuracy.

    The winning variant is, of those that a verdict calls better than the base in the metric, the one that is better by
    most; the base where there is none. A network that diverged never wins. What a search only explored makes no claim
    and cannot win. The test split decides between variants alone, as the comparison says, and not between trainings of
    one: without validation images training accuracy does.

    Args:
        report: what was found.
        trials: a row a trial, as in :func:`harness.findings.facts.facts_of`.
        metric: the metric that the verdict is of: the first one that the study declares.

    Raises:
        UsageError: if the winning variant has no finished trial, or all of its trainings diverged.
    """
    rows = list(report.rows)
    whole = set(trials["trial"][trials["stop_reason"] != StopReason.NOT_FINITE])
    better = [rows[place] for place in best_first(rows, metric) if _is_better(rows[place], metric)]
    row = next((one for one in better if whole & set(one.trials)), rows[0])
    if not whole & set(row.trials):
        rule, fix = f"have finished trials, {row.title} has none", "Run the study again first."
        if row.trials:
            rule, fix = f"not have diverged, every training of {row.title} did", "Lower its learning rate."
        raise UsageError(f"{report.name}: a winner must {rule}. {fix}")
    candidates = trials[trials["trial"].isin(whole & set(row.trials))].to_dict("records")
    split = "train" if all(math.isnan(_number(one, "val_accuracy")) for one in candidates) else "val"
    best = min(candidates, key=lambda one: _rank(one, split))
    score, accuracy = METRICS[f"{split}_accuracy"], _number(best, f"{split}_accuracy")
    chosen = f"of {counted(len(candidates), 'training')} the one with the best {score.title}"
    value = "" if math.isnan(accuracy) else f", {score.show_with_unit(accuracy)}"
    why = f"{_verdict(row, metric, len(rows))}; {chosen}{value}."
    return Winner(row.label, int(best["trial"]), str(best["run_id"]), why)


def _is_better(row: Row, metric: str) -> bool:
    return any(one.metric == metric and one.verdict is Verdict.BETTER for one in row.contrasts)


def _verdict(row: Row, metric: str, rows: int) -> str:
    title = METRICS[metric].title
    if _is_better(row, metric):
        contrast = next(one for one in row.contrasts if one.metric == metric)
        return f"{row.label} is better in {title} than the base ({show_effect(contrast)})"
    return f"No variant is better in {title} than {row.title}" if rows > 1 else f"{row.title} is the only variant"


def _rank(trial: Mapping[Any, Any], split: str) -> tuple[float, float, int]:
    """Best first: the highest accuracy, then the lowest loss, then the first; what is missing comes last."""
    accuracy, loss = _number(trial, f"{split}_accuracy"), _number(trial, f"{split}_loss")
    return (
        math.inf if math.isnan(accuracy) else -accuracy,
        math.inf if math.isnan(loss) else loss,
        int(trial["trial"]),
    )


def _number(trial: Mapping[Any, Any], name: str) -> float:
    return float(trial.get(name, math.nan))
