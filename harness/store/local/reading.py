"""Reading back, straight from MLflow's SQLite tables: no MLflow import, and a fraction of its time.

The tables are those of MLflow 3 (`runs`, `tags`, `params`, `metrics`, `latest_metrics`); a test holds that they give
what MLflow's own client gives.
"""

from __future__ import annotations

import functools
import json
import math
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.metrics import CLOCKS, NEED_FINITE, RECORDED, from_mlflow, in_mlflow, known
from harness.records import Clocks, StopReason, TrialResult
from harness.store.local.opening import Fault, of_this_run, open_database, tags_of
from harness.store.local.studies import parents_of, study_in, unknown_study
from harness.trials import (
    AT_AN_EVALUATION,
    FEATURES,
    HISTORY_COLUMNS,
    PLACE,
    TRIAL_COLUMNS,
    LeftOut,
    is_level,
    keep_left_out,
    left_out_of,
    show_wrong,
    sift,
)

if TYPE_CHECKING:
    import pandas as pd

_LARGEST = 1.7e308
"""Beyond, MLflow means infinity."""

_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "running"}

_WHOLE = ("threads", "workers", "pack")
_DIGITS = 18
"""Digits of a whole number that surely fits 64 bits."""
_LAST = 9_214_646_400_000
"""The beginning of 2262 in milliseconds since 1970: nanoseconds go no further."""
DIGESTS = ("weights", "history")


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
    points = _points(connection, (row["run_id"] for row in rows))
    trials, history, more = _tables(rows, points)
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
                    rows.append(_row(run, tags, _finals(connection, run[0])))
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
        row = row_of(connection, run)
        points = _points(connection, (run_id,))
    trials, history, said = _tables([row], points)
    if said:
        raise unreadable(run_id, said[0].fault)
    return {str(name): value for name, value in trials.iloc[0].items()}, history


def row_of(connection: sqlite3.Connection, run: tuple[Any, ...]) -> dict[str, Any]:
    """Return what was recorded of one trial, by column.

    Args:
        connection: to the store's database.
        run: id, status, start, end and experiment, as the table `runs` has them.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return _row(run, tags_of(connection, run[0]), _finals(connection, run[0]))
    except Fault as fault:
        raise unreadable(run[0], fault) from None


def unreadable(run_id: object, fault: object) -> UsageError:
    """Return the error for a run whose record was damaged or edited."""
    return UsageError(
        f"run {run_id} cannot be read: {fault}. Its record was damaged or edited; put it right, or delete the run, in "
        "the MLflow UI."
    )


def _tables(rows: list[dict[str, Any]], points: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, tuple[LeftOut, ...]]:
    """Return trials and history of one type a column, and what had to be left out."""
    import pandas as pd

    trials = pd.DataFrame(rows, columns=None if rows else TRIAL_COLUMNS)
    for column in ("started", "ended"):
        trials[column] = pd.to_datetime(trials[column], unit="ms", utc=True)
    trials, points = _with_infinities(trials, RECORDED), _with_infinities(points, AT_AN_EVALUATION)
    trials, history, said = sift(trials, _history(points, trials))
    history = history.astype(dict.fromkeys(AT_AN_EVALUATION, "float64"))
    trials = trials.astype(dict.fromkeys(RECORDED, "float64"))
    # earlier versions recorded scores of networks that diverged
    trials.loc[trials["stop_reason"] == StopReason.NOT_FINITE, list(NEED_FINITE)] = math.nan
    return trials, history, said


def _history(points: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Return a row an evaluation, by trial and step, of the trials given."""
    history = points.merge(trials[["run_id", "trial", "variant", "replicate"]], on="run_id", how="inner")
    for split in ("train", "val", "test"):  # of logits that are no numbers, the largest is said to be class 0's
        lost = history[f"{split}_loss"].isna() | (history[f"{split}_loss"].abs() == math.inf)
        history.loc[lost, f"{split}_accuracy"] = math.nan
    return history.sort_values(["trial", "step"], ignore_index=True)[list(HISTORY_COLUMNS)]


def read_result(trials: pd.DataFrame, trial: int) -> TrialResult:
    """Return the result of a recorded trial as its worker sent it.

    Raises:
        UsageError: if there is none that can be read.
    """
    if not (trials["trial"] == trial).any():
        why = next((f": {one}" for one in left_out_of(trials) if one.trial == str(trial)), "")
        raise UsageError(f"trial {trial}: no result of it can be read{why}. `harness doctor` looks at the store.")
    row = trials.loc[trials["trial"] == trial].iloc[0].to_dict()

    def number(column: str) -> float | None:
        value = row.get(column)
        return None if value is None or math.isnan(value) else float(value)

    steps = number("steps_to_target")
    measured = (*known("evaluated", "scored", "end"), *(name for name in map(str, row) if FEATURES in name))
    evaluated = {column: number(column) for column in measured}
    return TrialResult(
        stop_reason=StopReason(row["stop_reason"]),
        steps=int(row["steps"]),
        epochs=float(row["epochs"]),
        metrics={column: value for column, value in evaluated.items() if value is not None},
        clocks=Clocks(**{name: number(f"{name}_seconds") or 0.0 for name in CLOCKS}),
        steps_to_target=None if steps is None else int(steps),
        seconds_to_target=number("seconds_to_target"),
        images_per_second=float(row["images_per_second"]),
        costs={name: int(row[name]) for name in known("built") if number(name) is not None},
        refit_steps=int(number("refit_steps") or 0),
        digests={name: row[f"{name}_digest"] for name in DIGESTS if isinstance(row.get(f"{name}_digest"), str)},
    )


def _row(run: tuple[Any, ...], tags: Mapping[str, str], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was recorded of a trial, by column; numbers are looked at later, all together."""
    run_id, status, started, ended, experiment = run
    return {
        "study": tags.get("harness.study"),
        "trial": _whole(tags, "trial"),
        "run_id": run_id,
        "experiment_id": str(experiment),
        "variant": _needed(tags, "variant"),
        "digest": _needed(tags, "digest"),
        "replicate": _whole(tags, "replicate"),
        "phase": _needed(tags, "phase"),
        "status": trial_status(status, tags.get("harness.pruned")),
        "stop_reason": tags.get("harness.stop_reason"),
        "error": tags.get("harness.error"),
        **{name: metrics.get(name, math.nan) for name in RECORDED},
        **{name: value for name, value in metrics.items() if FEATURES in name},
        **{name: tags.get(f"harness.{name}") for name in PLACE},
        **{name: _whole(tags, name) if tags.get(f"harness.{name}") else None for name in _WHOLE},
        "started": _moment("start", started),
        "ended": _moment("end", ended),
        "data_digest": tags.get("harness.data_digest"),
        **{f"{name}_digest": tags.get(f"harness.{name}_digest") for name in DIGESTS},
        "git_revision": tags.get("mlflow.source.git.commit"),
        "version": tags.get("harness.version"),
        **_settings(tags),
    }


def _needed(tags: Mapping[str, str], name: str) -> str:
    value = tags.get(f"harness.{name}")
    if not isinstance(value, str) or not value:
        raise Fault(f"its tag harness.{name} is missing")
    return value


def _whole(tags: Mapping[str, str], name: str) -> int:
    value = _needed(tags, name)
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise Fault(f"its tag harness.{name} must be a whole number of at least 0, got {show_wrong(value)}")
    return int(value)


def _moment(name: str, value: Any) -> int | None:
    if value is not None and not (isinstance(value, int) and 0 <= value < _LAST):
        raise Fault(f"its {name} must be a time between 1970 and 2262 in milliseconds, got {show_wrong(value)}")
    return value


def _settings(tags: Mapping[str, str]) -> dict[str, Any]:
    """Return dotted path -> level; lists as JSON, so that a column has one type."""
    settings = settings_of(_needed(tags, "settings"))
    levels = {path: level if _is_scalar(level) else json.dumps(level) for path, level in settings.items()}
    for path, level in levels.items():
        if level is not None and not is_level(level):
            raise Fault(f"its tag harness.settings has a number beyond 64 bits at {path}")
    return levels


def settings_of(text: str) -> dict[str, Any]:
    """Return the settings of a trial from its tag: dotted path -> level.

    Raises:
        Fault: if they cannot be read.
    """
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict) or not all("." in path and "/" not in path for path in settings):
        raise Fault(f"its tag harness.settings must be JSON of dotted paths and levels, got {show_wrong(text)}")
    return settings


def trial_status(status: str, pruned: str | None) -> str:
    """Return finished, pruned, failed, killed or running, from MLflow's status and the tag that says pruned."""
    return "pruned" if pruned == "true" else _STATUS.get(status, str(status).lower())


def _is_scalar(level: Any) -> bool:
    return level is None or isinstance(level, (str, int, float, bool))


# Everything is read run by run: the tables have an index on runs, and a whole dictionary is made outside Python's loop.

_FINALS = "SELECT key, CASE WHEN is_nan THEN NULL ELSE value END FROM latest_metrics WHERE run_uuid = ?"


_name_here = functools.cache(from_mlflow)


def _finals(connection: sqlite3.Connection, run_id: str) -> dict[str, Any]:
    """Return the last value of each metric of a run, by its name here."""
    with of_this_run():
        found = connection.execute(_FINALS, (run_id,)).fetchall()
    return {_name_here(key): math.nan if value is None else value for key, value in found if isinstance(key, str)}


def _points(connection: sqlite3.Connection, run_ids: Iterable[str]) -> pd.DataFrame:
    """Return run_id, step and the metrics of an evaluation, for the steps at which one was recorded.

    SQLite turns the rows into columns: a row an evaluation comes over, and not one a number.
    """
    import pandas as pd

    pivot = ", ".join("MAX(CASE WHEN key IN (?, ?) THEN value END)" for _ in AT_AN_EVALUATION)
    # stores of earlier versions have the second
    names = [key for name in AT_AN_EVALUATION for key in (in_mlflow(name), name)]
    query = f"SELECT run_uuid, step, {pivot} FROM metrics WHERE run_uuid = ? AND NOT is_nan GROUP BY step"
    rows: list[tuple[Any, ...]] = []
    for run_id in run_ids:
        rows += connection.execute(query, (*names, run_id))
    points = pd.DataFrame(rows, columns=["run_id", "step", *AT_AN_EVALUATION])
    return points[points["epoch"].notna()]


def _with_infinities(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Undo MLflow's way of keeping infinities, as the largest double. Columns with what is no number stay."""
    import pandas as pd

    changed = {}
    for column in columns:
        values = frame[column]
        if values.isna().all():
            values = values.astype("float64")
        if pd.api.types.is_numeric_dtype(values):
            values = values.astype("float64")
            changed[column] = values.mask(values > _LARGEST, math.inf).mask(values < -_LARGEST, -math.inf)
    return frame.assign(**changed)
