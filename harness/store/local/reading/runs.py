"""Finding one trial's run by what people call it, and the model that it left.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import NoReturn

from harness.errors import UsageError, did_you_mean
from harness.store.facts import Fault, RecordedRun
from harness.store.local.files.places import place_of, within
from harness.store.local.reading.frames import read_row
from harness.store.local.reading.opening import open_database
from harness.store.naming import FORMS, RUN_ID, Candidate, example, no_trial, only_trial, study_and_number
from harness.store.rows import recorded_run, unreadable
from harness.trials import DIGEST

_SELECT = """
    SELECT r.run_uuid, COALESCE(r.name, ''), e.name, COALESCE(k.value, ''), t.value
    FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
    LEFT JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'
    LEFT JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
    WHERE CASE e.lifecycle_stage WHEN 'active' THEN r.lifecycle_stage ELSE 'deleted' END = ? AND """


def find_run(store: Path, text: str) -> RecordedRun:
    """Return the run of a trial that a user names.

    Args:
        store: the store's folder.
        text: MLflow's run id or an unambiguous beginning of it (4 or more hexadecimal digits), ``STUDY#NUMBER``, or the
            run's readable name.

    Raises:
        UsageError: if there is no store or no such run, if several match, or if it is no trial's.
    """
    with open_database(store) as connection:
        found = _matching(connection, text.strip())
        if not found:
            _refuse_unknown(connection, store, text.strip())
        if all(candidate.kind != "trial" for candidate in found):
            raise no_trial(text, found[0], _trials_of(connection, found[0].study))
        return _read(connection, store, only_trial(text, found).run_id)


def is_run(store: Path, text: str) -> bool:
    """Whether :func:`find_run` would find one run or several by this name, a study's own run among them.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        return bool(_matching(connection, text.strip()))


def _matching(connection: sqlite3.Connection, text: str) -> list[Candidate]:
    """Return what the first of the ways to name a run finds: by study and number, by name, by id."""
    if (named := study_and_number(text)) and (rows := _candidates(connection, "e.name = ? AND t.value = ?", *named)):
        return rows
    rows = _candidates(connection, "? IN (r.name, r.run_uuid)", text)
    if not rows and RUN_ID.fullmatch(text):
        rows = _candidates(connection, "r.run_uuid LIKE ?", f"{text.lower()}%")
    return rows


def _candidates(connection: sqlite3.Connection, condition: str, *values: str, stage: str = "active") -> list[Candidate]:
    rows = connection.execute(f"{_SELECT} {condition} ORDER BY r.start_time", (stage, *values))
    return [Candidate(*row) for row in rows]


def _read(connection: sqlite3.Connection, store: Path, run_id: str) -> RecordedRun:
    query = """SELECT r.name, r.artifact_uri, e.name, r.run_uuid, r.status, r.start_time, r.end_time, r.experiment_id
               FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.run_uuid = ?"""
    name, artifacts, study, *run = connection.execute(query, (run_id,)).fetchone()
    row = read_row(connection, tuple(run))
    query = "SELECT value FROM tags WHERE run_uuid = ? AND key = 'harness.settings'"
    (settings,) = connection.execute(query, (run_id,)).fetchone()
    try:
        return recorded_run(row, settings, study, name or "", str(place_of(store, artifacts)))
    except Fault as fault:
        raise unreadable(run_id, fault) from None


def model_file(store: Path, run_id: str) -> Path | None:
    """Return a trial's saved Keras model, or None if it left none.

    Looked for among the models that MLflow keeps for a run (its table `logged_models`), the newest first, then among
    the run's artifacts.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        models = connection.execute(
            """SELECT artifact_location FROM logged_models WHERE source_run_id = ? AND lifecycle_stage = 'active'
               ORDER BY creation_timestamp_ms DESC""",
            (run_id,),
        ).fetchall()
        runs = connection.execute("SELECT artifact_uri FROM runs WHERE run_uuid = ?", (run_id,)).fetchall()
    files = [place_of(store, uri) / "data" / "model.keras" for (uri,) in models]
    files += [place_of(store, uri) / "model.keras" for (uri,) in runs]
    return next((within(store, file) for file in files if file.is_file()), None)


def artifact_folders(store: Path, name: str) -> list[tuple[str, str, Path]]:
    """Return (run id, digest of the variant, folder of the artifacts) of every finished trial of a study, by number.

    A trial whose files are recorded at a place outside the store, or whose digest is none, is left out.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            """SELECT r.run_uuid, d.value, r.artifact_uri FROM runs r
               JOIN experiments e ON e.experiment_id = r.experiment_id
               JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
               JOIN tags d ON d.run_uuid = r.run_uuid AND d.key = 'harness.digest'
               WHERE e.name = ? AND e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'
               AND r.status = 'FINISHED' ORDER BY CAST(t.value AS INTEGER)""",
            (name,),
        ).fetchall()
    found = []
    for run_id, digest, uri in rows:
        with contextlib.suppress(UsageError):
            if DIGEST.fullmatch(str(digest)):
                found.append((run_id, digest, place_of(store, uri)))
    return found


def _trials_of(connection: sqlite3.Connection, study: str) -> list[Candidate]:
    return _candidates(connection, "e.name = ? AND k.value = 'trial'", study)


def _refuse_unknown(connection: sqlite3.Connection, store: Path, text: str) -> NoReturn:
    """Say what is known that comes near."""
    studies = [row[0] for row in connection.execute("SELECT name FROM experiments WHERE lifecycle_stage = 'active'")]
    study, mark, number = text.rpartition("#")
    name = study if mark else text
    if name in studies:
        trials = _trials_of(connection, name)
        if not mark:
            raise UsageError(f"{text}: is a study, no run. {example(trials)}")
        raise UsageError(f"{text}: the study {name!r} has no trial {number!r}. {example(trials)}")
    if RUN_ID.fullmatch(text) and _candidates(connection, "r.run_uuid LIKE ?", f"{text.lower()}%", stage="deleted"):
        raise UsageError(f"{text}: this run was deleted in the MLflow UI. Restore it there: `mlflow runs restore`.")
    if mark and number.isdigit() and " · " not in text:
        near = did_you_mean(text, (f"{known}#{number}" for known in studies))
    else:
        near = did_you_mean(text, (one.name for one in _candidates(connection, "k.value = 'trial'")))
    raise UsageError(f"{text}: no such run in {store}.{near} {FORMS}")
