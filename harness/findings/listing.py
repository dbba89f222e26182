"""The trials of a study as a table, one a row."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from harness.escaping import one_line
from harness.findings.finding import Table
from harness.metrics import NOTHING
from harness.study import Study
from harness.trials import metrics_of, row_of_metric


def trials_table(study: Study, trials: pd.DataFrame, metrics: Sequence[str] = (), by: str | None = None) -> Table:
    """Return number, variant, replicate, status and metrics of each trial; what it is for where that differs.

    Args:
        study: the study.
        trials: a row a trial, those to be shown.
        metrics: which are shown; by default what the study judges, what was sorted by, and the training time.
        by: the metric that was sorted by.
    """
    own = {str(name): name for name in study.metrics}  # what a study says of its own metrics, their names bring along
    shown = [own.get(name, name) for name in metrics or _metrics(study, trials, by)]
    columns = ["trial", "variant", "replicate", *(["phase"] if trials["phase"].nunique() > 1 else []), "status"]
    rows = []
    for row in trials.to_dict("records"):
        number, *others = (one_line(str(row[name])) for name in columns)
        rows.append((f"#{number}", *others, *(_value(name, float(row[name])) for name in shown)))
    headings = {"trial": "run", "replicate": "rep"}
    return Table(
        caption="",
        headings=(*(headings.get(name, name) for name in columns), *(_heading(name) for name in shown)),
        numeric=(*(name == "replicate" for name in columns), *(True for _ in shown)),
        rows=tuple(rows),
        faint=tuple(False for _ in rows),
    )


def _heading(name: str) -> str:
    row = row_of_metric(name)
    return row.heading if row is not None else name


def _value(name: str, value: float) -> str:
    row = row_of_metric(name)
    if row is not None:
        return row.show(value)
    return f"{value:.4g}" if math.isfinite(value) else NOTHING


def _metrics(study: Study, trials: pd.DataFrame, by: str | None) -> list[str]:
    watched = "val_accuracy" if study.data.validation else "train_accuracy"
    wanted = dict.fromkeys([*([by] if by else []), *study.metrics, watched, "train_seconds"])
    known = metrics_of(trials)
    return [name for name in wanted if name in known]
