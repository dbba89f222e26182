"""Reading back, straight from MLflow's SQLite tables: no MLflow import, and a fraction of its time.

The tables are those of MLflow 3 (`runs`, `tags`, `params`, `metrics`, `latest_metrics`); a test holds that they give
what MLflow's own client gives.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.databases import connect_to_read, explain
from harness.errors import UsageError, did_you_mean
from harness.records import CLOCKS, Clocks, StopReason, TrialResult
from harness.study import EVALUATED, NEED_FINITE, PROBES
from harness.tracking.metric_names import from_mlflow, in_mlflow
from harness.tracking.places import place_of, within
from harness.tracking.store import DATABASE, check_store, is_unfinished

if TYPE_CHECKING:
    import pandas as pd

STUDY_FILE = "study.json"
"""Artifact of a study's own run: the study as it was when it was run last."""

STUDY_TAG = "harness.study."
"""Tags that earlier versions kept it in: this and a number from 0."""

_LARGEST = 1.7e308
"""Beyond, MLflow means infinity."""

_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "running"}

FINGERPRINT = ("processor", "device", "backend", "keras", "python", "threads", "workers", "pack")
_COSTS = ("parameters", "macs", "activations", "activation_ops", "pool_ops")
_PROBED = tuple(name for metrics in PROBES.values() for name in metrics)
DIGESTS = ("weights", "history")
NUMBERS = (
    "steps",
    "epochs",
    "steps_to_target",
    "seconds_to_target",
    *(f"{name}_seconds" for name in CLOCKS),
    "images_per_second",
    *EVALUATED,
    "test_accuracy",
    "test_loss",
    "refit_steps",
    *_PROBED,
    *_COSTS,
)
_IDENTITY = (
    "study",
    "trial",
    "run_id",
    "experiment_id",
    "variant",
    "digest",
    "replicate",
    "phase",
    "status",
    "stop_reason",
    "error",
)
_SOURCE = ("started", "ended", "data_digest", "weights_digest", "history_digest", "git_revision", "version")
HISTORY = ("epoch", "train_seconds", *EVALUATED, "test_accuracy", "test_loss")


def find_experiment(store: Path, name: str) -> str:
    """Return the id of a study's experiment.

    Raises:
        UsageError: if the store has no such study.
    """
    with open_database(store) as connection:
        query = "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'"
        found = connection.execute(query, (name,)).fetchone()
        if found is None:
            raise _unknown(connection, store, name)
    return str(found[0])


def read_frames(store: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a study's trials (a row each) and history (a row an evaluation).

    ``trials.attrs["study"]`` holds what :func:`harness.study.build_study` makes the study from. Trials still running
    are left out.

    Raises:
        UsageError: if the store has no such study.
    """
    with open_database(store) as connection:
        runs = connection.execute(
            """SELECT r.run_uuid, r.status, r.start_time, r.end_time, r.experiment_id, r.artifact_uri FROM runs r
               JOIN experiments e ON e.experiment_id = r.experiment_id
               WHERE e.name = ? AND e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'""",
            (name,),
        ).fetchall()
        if not runs:
            raise _unknown(connection, store, name)
        tags = {run[0]: dict(connection.execute(_TAGS, run[:1])) for run in runs}
        finals = {run[0]: _finals(connection, run[0]) for run in runs}
        points = _points(connection, (run[0] for run in runs if tags[run[0]].get("harness.kind") == "trial"))
    parents = [run for run in runs if tags[run[0]].get("harness.kind") == "study"]
    rows = [
        _row(run[:5], tags[run[0]], finals[run[0]])
        for run in runs
        if tags[run[0]].get("harness.kind") == "trial" and run[1] != "RUNNING"
    ]
    rows.sort(key=lambda row: (row["trial"], row["started"]))
    trials = _trials(rows)
    kept = _study(store, parents[0][5], tags[parents[0][0]]) if parents else {}
    trials.attrs["study"] = {"name": name, **kept}
    return trials, _history(points, trials)


def read_trial(store: Path, run_id: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return one trial's row and its history, as :func:`read_frames` has them; also of a trial that still runs.

    Args:
        store: the store's folder.
        run_id: MLflow's id of a trial's run, whole.
    """
    with open_database(store) as connection:
        columns = "run_uuid, status, start_time, end_time, experiment_id"
        run = connection.execute(f"SELECT {columns} FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
        row = _row(run, dict(connection.execute(_TAGS, (run_id,))), _finals(connection, run_id))
        points = _points(connection, (run_id,))
    trials = _trials([row])
    return {str(name): value for name, value in trials.iloc[0].items()}, _history(points, trials)


def _trials(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    trials = pd.DataFrame(rows, columns=None if rows else _columns()).astype(dict.fromkeys(NUMBERS, "float64"))
    _with_infinities(trials, NUMBERS)
    # earlier versions recorded scores of networks that diverged
    trials.loc[trials["stop_reason"] == StopReason.NOT_FINITE, list(NEED_FINITE)] = math.nan
    for column in ("started", "ended"):
        trials[column] = pd.to_datetime(trials[column], unit="ms", utc=True)
    return trials


def read_study(store: Path, name: str) -> dict[str, Any]:
    """Return what :func:`harness.study.build_study` makes a recorded study from: name, given, source, text.

    Raises:
        UsageError: if the store has no such study.
    """
    with open_database(store) as connection:
        parents = connection.execute(
            """SELECT r.run_uuid, r.artifact_uri FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
               JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind' AND k.value = 'study'
               WHERE e.name = ? AND e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'""",
            (name,),
        ).fetchall()
        if not parents:
            raise _unknown(connection, store, name)
        return {"name": name, **_study(store, parents[0][1], dict(connection.execute(_TAGS, parents[0][:1])))}


def _history(points: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Return a row an evaluation, by trial and step, of the trials given."""
    columns = ["trial", "variant", "replicate", "step", *HISTORY]
    history = points.merge(trials[["run_id", "trial", "variant", "replicate"]], on="run_id", how="inner")
    for split in ("train", "val", "test"):  # of logits that are no numbers, the largest is said to be class 0's
        lost = history[f"{split}_loss"].isna() | (history[f"{split}_loss"].abs() == math.inf)
        history.loc[lost, f"{split}_accuracy"] = math.nan
    return history.sort_values(["trial", "step"], ignore_index=True)[columns]


def read_result(trials: pd.DataFrame, trial: int) -> TrialResult:
    """Return the result of a recorded trial as its worker sent it."""
    row = trials.loc[trials["trial"] == trial].iloc[0].to_dict()

    def number(column: str) -> float | None:
        value = row.get(column)
        return None if value is None or math.isnan(value) else float(value)

    steps = number("steps_to_target")
    measured = (
        *EVALUATED,
        "test_loss",
        "test_accuracy",
        *_PROBED,
        *(name for name in map(str, row) if "_features/" in name),
    )
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
        costs={name: int(row[name]) for name in _COSTS if number(name) is not None},
        refit_steps=int(number("refit_steps") or 0),
        digests={name: row[f"{name}_digest"] for name in DIGESTS if isinstance(row.get(f"{name}_digest"), str)},
    )


def _row(run: tuple[Any, ...], tags: Mapping[str, str], metrics: Mapping[str, float]) -> dict[str, Any]:
    run_id, status, started, ended, experiment = run
    row: dict[str, Any] = {
        "study": tags["harness.study"],
        "trial": int(tags["harness.trial"]),
        "run_id": run_id,
        "experiment_id": str(experiment),
        "variant": tags["harness.variant"],
        "digest": tags["harness.digest"],
        "replicate": int(tags["harness.replicate"]),
        "phase": tags["harness.phase"],
        "status": trial_status(status, tags.get("harness.pruned")),
        "stop_reason": tags.get("harness.stop_reason"),
        "error": tags.get("harness.error"),
        **{name: metrics.get(name, math.nan) for name in NUMBERS},
        **{name: value for name, value in metrics.items() if "_features/" in name},
        **{name: tags.get(f"harness.{name}") for name in FINGERPRINT},
        "started": started,
        "ended": ended,
        "data_digest": tags.get("harness.data_digest"),
        **{f"{name}_digest": tags.get(f"harness.{name}_digest") for name in DIGESTS},
        "git_revision": tags.get("mlflow.source.git.commit"),
        "version": tags.get("harness.version"),
    }
    for name in ("threads", "workers", "pack"):
        row[name] = int(row[name]) if row[name] else None
    settings = json.loads(tags["harness.settings"])
    return {**row, **{path: level if _is_scalar(level) else json.dumps(level) for path, level in settings.items()}}


def trial_status(status: str, pruned: str | None) -> str:
    """Return finished, pruned, failed, killed or running, from MLflow's status and the tag that says pruned."""
    return "pruned" if pruned == "true" else _STATUS.get(status, status.lower())


def _study(store: Path, address: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the study that the recorder kept, among the artifacts of the study's own run.

    Earlier versions kept it in tags, in parts. One that was shorter than the one before left the last parts of that, so
    that only the first whole value of JSON counts.

    Raises:
        UsageError: if it cannot be read.
    """
    name = tags.get("harness.study", "")
    file = place_of(store, address) / STUDY_FILE
    if within(store, file).is_file():
        text = file.read_text(encoding="utf-8")
    else:
        parts = (tags.get(f"{STUDY_TAG}{number}") for number in itertools.count())
        text = "".join(itertools.takewhile(lambda part: part is not None, parts))  # type: ignore[arg-type]
    if not text:
        return {}
    try:
        kept, _ = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{store}: what is recorded of the study {name!r} itself is damaged: {error}. `harness run` with its study "
            "file records it anew; trials are kept."
        ) from None
    return dict(kept)


def _is_scalar(level: Any) -> bool:
    return level is None or isinstance(level, (str, int, float, bool))


def _columns() -> list[str]:
    return [*_IDENTITY, *NUMBERS, *FINGERPRINT, *_SOURCE]


# Everything is read run by run: the tables have an index on runs, and a whole dictionary is made outside Python's loop.

_TAGS = "SELECT key, value FROM tags WHERE run_uuid = ?"
_FINALS = "SELECT key, CASE WHEN is_nan THEN NULL ELSE value END FROM latest_metrics WHERE run_uuid = ?"


def _finals(connection: sqlite3.Connection, run_id: str) -> dict[str, float]:
    """Return the last value of each metric of a run, by its name here."""
    return {_name_here(key): value for key, value in connection.execute(_FINALS, (run_id,))}


_name_here = functools.cache(from_mlflow)


def _points(connection: sqlite3.Connection, run_ids: Iterable[str]) -> pd.DataFrame:
    """Return run_id, step and the metrics of an evaluation, for the steps at which one was recorded.

    SQLite turns the rows into columns: a row an evaluation comes over, and not one a number.
    """
    import pandas as pd

    pivot = ", ".join("MAX(CASE WHEN key IN (?, ?) THEN value END)" for _ in HISTORY)
    names = [key for name in HISTORY for key in (in_mlflow(name), name)]  # stores of earlier versions have the second
    query = f"SELECT run_uuid, step, {pivot} FROM metrics WHERE run_uuid = ? AND NOT is_nan GROUP BY step"
    rows: list[tuple[Any, ...]] = []
    for run_id in run_ids:
        rows += connection.execute(query, (*names, run_id))
    points = pd.DataFrame(rows, columns=["run_id", "step", *HISTORY]).astype(dict.fromkeys(HISTORY, "float64"))
    points = points[points["epoch"].notna()]
    return _with_infinities(points, HISTORY)


def _with_infinities(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Undo MLflow's way of keeping infinities, as the largest double."""
    import numpy as np

    for column in columns:
        values = frame[column]
        frame[column] = values.where(~(values.abs() > _LARGEST), np.sign(values) * math.inf)
    return frame


@contextlib.contextmanager
def open_database(store: Path) -> Iterator[sqlite3.Connection]:
    """Open the store's database for reading.

    Raises:
        UsageError: if there is none, or it cannot be read.
    """
    file = store / DATABASE
    if not file.exists():
        raise UsageError(f"{file}: no such store. `harness run` makes one; --store names another folder.")
    try:
        with contextlib.closing(connect_to_read(file)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        check_store(store)
        if is_unfinished(file):
            raise UsageError(f"{file}: was left half-made, with nothing in it. `harness run` makes it anew.") from None
        raise explain(error, store) or error from None
    except OSError as error:
        raise explain(error, store) or error from None


def _unknown(connection: sqlite3.Connection, store: Path, name: str) -> UsageError:
    rows = connection.execute("SELECT name FROM experiments WHERE lifecycle_stage = 'active'").fetchall()
    names = [row[0] for row in rows if row[0] != "Default"]
    near = did_you_mean(name, names) or (f" There are: {', '.join(names)}." if names else " It is empty.")
    return UsageError(f"{store}: no study {name!r} in this store.{near}")
