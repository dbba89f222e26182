"""Reading back, straight from MLflow's SQLite tables: no MLflow import, and a fraction of its time.

The tables are those of MLflow 3 (`runs`, `tags`, `params`, `metrics`, `latest_metrics`); a test holds that they give
what MLflow's own client gives.
"""

from __future__ import annotations

import functools
import math
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.metrics import from_mlflow, in_mlflow
from harness.store.asked import asked_in
from harness.store.facts import Fault
from harness.store.local.reading.opening import of_this_run, open_database, tags_of
from harness.store.local.reading.studies import parents_of, study_in, unknown_study
from harness.store.rows import row_of, tables, unreadable
from harness.trials import AT_AN_EVALUATION, LeftOut, keep_left_out, left_out_of, show_wrong

if TYPE_CHECKING:
    import pandas as pd


def read_frames(store: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a study's trials (a row each) and history (a row an evaluation).

    ``trials.attrs["study"]`` holds what :func:`harness.study.build_study` makes the study from. Trials still running
    are left out; so are those whose record was damaged or edited, of which :func:`harness.trials.left_out_of` tells.

    Raises:
        UsageError: if the store has no such study, harness did not make it, or it cannot be read.
    """
    with open_database(store) as connection:
        trials, history = _read_trials(connection, store, name)
        trials.attrs["study"] = study_in(connection, store, name)
    return trials, history


def _read_trials(connection: sqlite3.Connection, store: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    runs = connection.execute(
        """SELECT r.run_uuid, r.status, r.start_time, r.end_time, r.experiment_id FROM runs r
           JOIN experiments e ON e.experiment_id = r.experiment_id
           WHERE e.name = ? AND e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'""",
        (name,),
    ).fetchall()
    if not runs:
        raise unknown_study(connection, store, name)
    rows, said = _read_rows(connection, runs)
    points = _points(connection, (row["run_id"] for row in rows), asked_in(rows))
    trials, history, more = tables(rows, points)
    keep_left_out(trials, [*said, *more])
    return trials, history


def _read_rows(
    connection: sqlite3.Connection, runs: Iterable[tuple[Any, ...]]
) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """Return a row for each trial that has ended, by number, and the runs of which none can be made."""
    rows, said = [], []
    for run in runs:
        tags: dict[Any, Any] = {}
        try:
            tags = tags_of(connection, run[0])
            kind = tags.get("harness.kind")
            if kind == "trial":
                if run[1] != "RUNNING":
                    rows.append(row_of(run, tags, _finals(connection, run[0])))
            elif kind != "study" and (kind or "harness.trial" in tags):
                raise Fault(f"its tag harness.kind must be 'trial' or 'study', got {show_wrong(kind)}")
        except Fault as fault:
            said.append(LeftOut(str(run[0]), str(tags.get("harness.trial", ""))[:20], str(fault)))
    rows.sort(key=lambda row: (row["trial"], row["started"]))
    return rows, said


def unreadable_runs(store: Path) -> list[tuple[str, LeftOut]]:
    """Return (study, run and what is wrong with it) of every run in a store that reports leave out.

    The run of a study itself whose record cannot be read is among them.

    Raises:
        UsageError: if there is no store, or its database cannot be read.
    """
    found = []
    with open_database(store) as connection:
        names = connection.execute(
            """SELECT DISTINCT e.name FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
               JOIN tags k ON k.run_uuid = r.run_uuid AND k.key LIKE 'harness.%'
               WHERE e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active' ORDER BY 1"""
        ).fetchall()
        for (name,) in names:
            trials, _ = _read_trials(connection, store, name)
            found += [(name, one) for one in left_out_of(trials)]
            try:
                study_in(connection, store, name)
            except UsageError as error:
                parents = parents_of(connection, name)
                found.append((name, LeftOut(parents[0][0] if parents else "", "", str(error))))
    return found


def read_trial(store: Path, run_id: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return one trial's row and its history, as :func:`read_frames` has them; also of a trial that still runs.

    Args:
        store: the store's folder.
        run_id: MLflow's id of a trial's run, whole.

    Raises:
        UsageError: if what was recorded of the run cannot be read.
    """
    with open_database(store) as connection:
        columns = "run_uuid, status, start_time, end_time, experiment_id"
        run = connection.execute(f"SELECT {columns} FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
        row = read_row(connection, run)
        points = _points(connection, (run_id,), asked_in([row]))
    trials, history, said = tables([row], points)
    if said:
        raise unreadable(run_id, said[0].fault)
    return {str(name): value for name, value in trials.iloc[0].items()}, history


def read_row(connection: sqlite3.Connection, run: tuple[Any, ...]) -> dict[str, Any]:
    """Return what was recorded of one trial, by column.

    Args:
        connection: to the store's database.
        run: id, status, start, end and experiment, as the table `runs` has them.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return row_of(run, tags_of(connection, run[0]), _finals(connection, run[0]))
    except Fault as fault:
        raise unreadable(run[0], fault) from None


# Everything is read run by run: the tables have an index on runs, and a whole dictionary is made outside Python's loop.

_FINALS = "SELECT key, CASE WHEN is_nan THEN NULL ELSE value END FROM latest_metrics WHERE run_uuid = ?"


_name_here = functools.cache(from_mlflow)


def _finals(connection: sqlite3.Connection, run_id: str) -> dict[str, Any]:
    """Return the last value of each metric of a run, by its name here."""
    with of_this_run():
        found = connection.execute(_FINALS, (run_id,)).fetchall()
    return {_name_here(key): math.nan if value is None else value for key, value in found if isinstance(key, str)}


def _points(connection: sqlite3.Connection, run_ids: Iterable[str], asked: Sequence[str]) -> pd.DataFrame:
    """Return run_id, step and the metrics of an evaluation, for the steps at which one was recorded.

    SQLite turns the rows into columns: a row an evaluation comes over, and not one a number.
    """
    import pandas as pd

    measured = (*AT_AN_EVALUATION, *asked)
    pivot = ", ".join("MAX(CASE WHEN key IN (?, ?) THEN value END)" for _ in measured)
    # stores of earlier versions have the second
    names = [key for name in measured for key in (in_mlflow(name), name)]
    query = f"SELECT run_uuid, step, {pivot} FROM metrics WHERE run_uuid = ? AND NOT is_nan GROUP BY step"
    rows: list[tuple[Any, ...]] = []
    for run_id in run_ids:
        rows += connection.execute(query, (*names, run_id))
    points = pd.DataFrame(rows, columns=["run_id", "step", *measured])
    return points[points["epoch"].notna()]
