"""The study that was recorded: its experiment, its own run, and what it was when it was run last.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import UsageError, did_you_mean
from harness.store.aside import restoring
from harness.store.facts import Fault
from harness.store.local.files.places import place_of, within
from harness.store.local.reading.opening import open_database, tags_of
from harness.store.record.kept import STUDY_FILE, kept_from


def find_experiment(store: Path, name: str) -> str:
    """Return the id of a study's experiment.

    Raises:
        UsageError: if the store has no such study.
    """
    with open_database(store) as connection:
        query = "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'"
        found = connection.execute(query, (name,)).fetchone()
        if found is None:
            raise unknown_study(connection, store, name)
    return str(found[0])


def read_study(store: Path, name: str) -> dict[str, Any]:
    """Return what :func:`harness.study.build_study` makes a recorded study from, and what was asked of it when.

    Raises:
        UsageError: if the store has no such study, harness did not make it, or it cannot be read.
    """
    with open_database(store) as connection:
        return study_in(connection, store, name)


def study_in(connection: sqlite3.Connection, store: Path, name: str) -> dict[str, Any]:
    """Do :func:`read_study` with a connection to the store's database."""
    parents = parents_of(connection, name)
    if not parents:
        raise without_study(connection, store, name)
    run_id, address = parents[0]
    where = f"{store}: the study {name!r} cannot be read from its run {run_id}"
    try:
        kept = _study(store, address, tags_of(connection, run_id))
    except (Fault, ValueError, TypeError, RecursionError) as error:  # JSON's errors are ValueErrors
        raise UsageError(f"{where}: {error}. Run the study again from its file; the run then says it anew.") from None
    if not isinstance(kept.get("given"), dict) or not all(
        isinstance(kept.get(key), (str, type(None))) for key in ("source", "text")
    ):
        raise UsageError(
            f"{where}: it must hold the study's tables and text, and does not. Run the study again from its file; the "
            "run then says it anew."
        )
    more: dict[str, Any] = {key: kept[key] for key in ("asked", "code") if key in kept}
    return {
        "name": name,
        "given": kept["given"],
        "source": kept.get("source"),
        "text": kept.get("text") or "",
        **more,
    }


def parents_of(connection: sqlite3.Connection, name: str) -> list[tuple[str, str]]:
    """Return id and address of the artifacts of each run of a study itself, the one begun last first: it goes on."""
    rows = connection.execute(
        """SELECT r.run_uuid, r.artifact_uri FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
           JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind' AND k.value = 'study'
           WHERE e.name = ? AND e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'
           ORDER BY r.start_time DESC, r.run_uuid""",
        (name,),
    )
    return [(str(run_id), str(address)) for run_id, address in rows]


def without_study(connection: sqlite3.Connection, store: Path, name: str) -> UsageError:
    """Return why there is no study in an experiment: it is not there, was deleted, or is of another tool."""
    known = connection.execute(
        """SELECT r.run_uuid, r.lifecycle_stage, k.value FROM experiments e
           LEFT JOIN runs r ON r.experiment_id = e.experiment_id
           LEFT JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'
           WHERE e.name = ? AND e.lifecycle_stage = 'active'""",
        (name,),
    ).fetchall()
    if not known:
        return unknown_study(connection, store, name)
    deleted = [run_id for run_id, stage, kind in known if kind == "study" and stage == "deleted"]
    if deleted:
        return UsageError(
            f"{store}: the run of the study {name!r} itself was deleted in the MLflow UI. Restore it: "
            f"`mlflow runs restore --run-id {deleted[0]}`."
        )
    if any(kind == "trial" for _, _, kind in known):
        return UsageError(
            f"{store}: {name!r} has trials, but the run of the study itself is gone or has lost its tags. Run the "
            "study again from its file; that makes it anew."
        )
    return UsageError(f"{store}: {name!r} is an MLflow experiment that harness did not make.")


def _study(store: Path, address: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the study that the recorder kept, among the artifacts of the study's own run.

    Raises:
        UsageError: if it cannot be read.
    """
    name = tags.get("harness.study", "")
    file = place_of(store, address) / STUDY_FILE
    text = file.read_text(encoding="utf-8") if within(store, file).is_file() else None
    try:
        return kept_from(text, tags)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{store}: what is recorded of the study {name!r} itself is damaged: {error}. `harness run` with its study "
            "file records it anew; trials are kept."
        ) from None


def unknown_study(connection: sqlite3.Connection, store: Path, name: str) -> UsageError:
    """Return the error for a study that is not there, with what comes near."""
    rows = connection.execute("SELECT name FROM experiments WHERE lifecycle_stage = 'active'").fetchall()
    names = [row[0] for row in rows if row[0] not in ("Default", name)]
    if any(row[0] == name for row in rows):
        return without_study(connection, store, name)
    gone = connection.execute("SELECT name FROM experiments WHERE lifecycle_stage = 'deleted'").fetchall()
    near = (
        restoring(name, (str(one) for (one,) in gone))
        or did_you_mean(name, names)
        or (f" There are: {', '.join(names)}." if names else " It is empty.")
    )
    return UsageError(f"{store}: no study {name!r} in this store.{near}")
