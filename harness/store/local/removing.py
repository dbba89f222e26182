"""Removing what a deleted study has in a store in a folder: rows of both databases, files, versions of its model.

That takes many steps. A study is in none of the lists by then; that it is being removed is written down first, so that
nobody restores a half of it, and whoever finds that goes on.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.store.aside import name_before
from harness.store.base import LOCK_TIMEOUT
from harness.store.local.database import DATABASE
from harness.store.local.files.folder import LOCKS
from harness.store.local.files.places import place_of, write_text
from harness.store.local.optuna_storage import study_names
from harness.store.local.reading.opening import open_database

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient
    from optuna.storages import RDBStorage

_SUFFIX = ".removal"


def remove_study(name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> list[str]:
    """Remove all that there is of a study which is deleted; what a killed process began is ended by that.

    The report that was written of it elsewhere stays.

    Args:
        name: that the study has since it was deleted; this process holds the right to run it.
        store: the store's folder.
        client: of the store.
        storage: Optuna's.

    Returns:
        The versions of registered models that were of it.

    Raises:
        UsageError: if no study of this name is deleted.
    """
    import optuna

    experiment = client.get_experiment_by_name(name)
    begun = _intent(store, name).exists()
    if name_before(name) is None or (experiment is None and not begun) or _is_active(experiment):
        raise UsageError(f"{store}: no study {name!r} was deleted here.")
    write_text(store / LOCKS, _intent(store, name).name, "")
    if name in study_names(storage):
        optuna.delete_study(study_name=name, storage=storage)
    versions = _remove_experiment(str(experiment.experiment_id), store, client) if experiment is not None else []
    _intent(store, name).unlink()
    return versions


def half_removed(store: Path) -> list[str]:
    """Return the names of the studies that a killed process left half removed."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in (store / LOCKS).glob(f"*{_SUFFIX}"))


def require_whole(store: Path, name: str) -> None:
    """Refuse to restore a study that is half removed.

    Raises:
        UsageError: naming the fix.
    """
    if _intent(store, name).exists():
        raise UsageError(
            f"{store}: a part of {name!r} is removed for good already. `harness delete --for-good '{name}'` ends that."
        )


def folders_of(store: Path, name: str) -> list[Path]:
    """Return the folders of the runs and models of a study, also of one that is deleted; those outside are left out."""
    with open_database(store) as connection:
        rows = connection.execute(
            """SELECT r.artifact_uri FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
               WHERE e.name = :name
               UNION ALL SELECT m.artifact_location FROM logged_models m
               JOIN experiments e ON e.experiment_id = m.experiment_id WHERE e.name = :name""",
            {"name": name},
        ).fetchall()
    return [folder for (address,) in rows if (folder := _folder(store, address or "")) is not None]


def size_of(store: Path, name: str) -> int:
    """Return the bytes that the files of a study take."""
    files = (path for folder in folders_of(store, name) for path in folder.rglob("*"))
    return sum(path.lstat().st_size for path in files if path.is_file() and not path.is_symlink())


def _remove_experiment(experiment: str, store: Path, client: MlflowClient) -> list[str]:
    """Remove what MLflow has of an experiment: what refers to something first, and files before the rows that have
    their place, so that it can be done again at every point.
    """
    tracking: Any = client._tracking_client.store
    with open_database(store) as connection:
        runs, models, versions = (
            connection.execute(query, (int(experiment),)).fetchall()
            for query in (
                "SELECT run_uuid, artifact_uri FROM runs WHERE experiment_id = ?",
                "SELECT model_id, artifact_location FROM logged_models WHERE experiment_id = ?",
                """SELECT name, version FROM model_versions
                   WHERE run_id IN (SELECT run_uuid FROM runs WHERE experiment_id = ?)""",
            )
        )
    for registered, version in versions:
        client.delete_model_version(registered, str(version))
        if not client.search_model_versions(f"name = '{registered}'"):
            client.delete_registered_model(registered)
    for place in (address for _, address in [*models, *runs]):
        if (folder := _folder(store, place or "")) is not None:
            if folder.exists():
                shutil.rmtree(folder)
            for above in (folder.parent, folder.parent.parent):
                if above.name != "artifacts" or above.parent != store:
                    with contextlib.suppress(OSError):  # of another study of this name
                        above.rmdir()
    for model_id, _ in models:
        tracking._hard_delete_logged_model(model_id)
    _remove_inputs(store, [str(run_id) for run_id, _ in runs])
    for run_id, _ in runs:
        tracking._hard_delete_run(run_id)
    tracking._hard_delete_experiment(experiment)
    return [f"{registered} version {version}" for registered, version in versions]


def _remove_inputs(store: Path, runs: list[str]) -> None:
    """Remove what says which images, and which models, are a run's: MLflow leaves that."""
    with contextlib.closing(sqlite3.connect(store / DATABASE, LOCK_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for run_id in runs:
            of_run = "SELECT input_uuid FROM inputs WHERE ? IN (source_id, destination_id)"
            connection.execute(f"DELETE FROM input_tags WHERE input_uuid IN ({of_run})", (run_id,))
            connection.execute("DELETE FROM inputs WHERE ? IN (source_id, destination_id)", (run_id,))
        connection.execute("COMMIT")


def _folder(store: Path, address: str) -> Path | None:
    """Return the folder of a run or a model, above that of its files; None if it is none of the store's."""
    try:
        place = place_of(store, address)
    except UsageError:
        return None
    return place.parent if place.name == "artifacts" and place.parent.parent != store else None


def _intent(store: Path, name: str) -> Path:
    return store / LOCKS / f"{name}{_SUFFIX}"


def _is_active(experiment: Any) -> bool:
    return experiment is not None and experiment.lifecycle_stage == "active"
