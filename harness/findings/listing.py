"""The trials of a study as a table, one a row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from harness.escaping import one_line
from harness.findings.finding import Table
from harness.metrics import RECORDED
from harness.study import Study
from harness.trials import metrics_of


def trials_table(study: Study, trials: pd.DataFrame, metrics: Sequence[str] = (), by: str | None = None) -> Table:
    """Return number, variant, replicate, status and metrics of each trial; what it is for where that differs.

    Args:
        study: the study.
        trials: a row a trial, those to be shown.
        metrics: which are shown; by default what the study judges, what was sorted by, and the training time.
        by: the metric that was sorted by.
    """
    shown = list(metrics) or _metrics(study, trials, by)
    columns = ["trial", "variant", "replicate", *(["phase"] if trials["phase"].nunique() > 1 else []), "status"]
    rows = []
    for row in trials.to_dict("records"):
        number, *others = (one_line(str(row[name])) for name in columns)
        rows.append((f"#{number}", *others, *(RECORDED[name].show(float(row[name])) for name in shown)))
    headings = {"trial": "run", "replicate": "rep"}
    return Table(
        caption="",
        headings=(*(headings.get(name, name) for name in columns), *(RECORDED[name].heading for name in shown)),
        numeric=(*(name == "replicate" for name in columns), *(True for _ in shown)),
        rows=tuple(rows),
        faint=tuple(False for _ in rows),
    )


def _metrics(study: Study, trials: pd.DataFrame, by: str | None) -> list[str]:
    watched = "val_accuracy" if study.data.validation else "train_accuracy"
    wanted = dict.fromkeys([*([by] if by else []), *study.metrics, watched, "train_seconds"])
    known = metrics_of(trials)
    return [name for name in wanted if name in known]
