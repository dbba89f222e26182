"""Giving a study another name, in Optuna, in MLflow, and whole: to put it aside, to delete it, or as it is asked for.

Two databases cannot be changed at once. So what is to be done is written down first, and whoever finds that finishes
it: each of the two renames is one transaction, and does nothing if it was done before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.store.aside import name_aside, name_deleted
from harness.store.local.files.folder import LOCKS
from harness.store.local.files.places import write_text
from harness.store.local.optuna_storage import rename_studies, study_names
from harness.store.record.experiments import experiment_names, is_unused, rename_experiment, settle_name

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient
    from optuna.storages import RDBStorage

_SUFFIX = ".aside"


def put_aside(name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> str | None:
    """Rename what there is of a study, in Optuna and in MLflow, so that it can begin anew. Nothing is deleted.

    Args:
        name: of the study; this process holds the right to run it.
        store: the store's folder.
        client: of the store.
        storage: of the store.

    Returns:
        The name that it has from now on; None if there was nothing.
    """
    in_optuna = study_names(storage)
    known = {*in_optuna, *experiment_names(client)}
    if name not in known or (name not in in_optuna and is_unused(client, name)):
        return None  # nothing, or what a run left that was cut off before it began: the next takes that over
    aside = name_aside(name, known)
    give_name(name, aside, store, client, storage)
    return aside


def delete_study(name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> str:
    """Delete a study as MLflow does, so that it can be restored, under a name by which it is known as such.

    Returns:
        The name that it has from now on.
    """
    deleted = name_deleted(name, {*study_names(storage), *experiment_names(client)})
    give_name(name, deleted, store, client, storage)
    return deleted


def give_name(name: str, new_name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> None:
    """Rename what there is of a study, in Optuna and in MLflow. One that is deleted is restored by that.

    Args:
        name: of the study; this process holds the right to run it.
        new_name: which nothing in the store has.
        store: the store's folder.
        client: of the store.
        storage: of the store.
    """
    write_text(_intent(store, name).parent, _intent(store, name).name, json.dumps({"aside": new_name}))
    finish_aside(name, store, client, storage)


def finish_aside(name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> str | None:
    """Finish what a killed process left of giving a study another name; return that, None if there was nothing."""
    intent = _intent(store, name)
    intent.with_name(f".{intent.name}.new").unlink(missing_ok=True)  # of a process killed while it wrote that down
    if not intent.exists():
        return None
    aside = _read(intent)
    if aside not in study_names(storage):
        rename_studies(storage, {name: aside})
    if aside not in experiment_names(client):
        rename_experiment(client, name, aside)
    settle_name(client, aside)
    intent.unlink()
    return aside


def half_aside(store: Path) -> list[str]:
    """Return the names of the studies that a killed process left half renamed."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in (store / LOCKS).glob(f"*{_SUFFIX}"))


def _intent(store: Path, name: str) -> Path:
    return store / LOCKS / f"{name}{_SUFFIX}"


def _read(intent: Path) -> str:
    try:
        aside = json.loads(intent.read_text(encoding="utf-8"))["aside"]
    except (ValueError, KeyError, TypeError):
        aside = None
    if not isinstance(aside, str) or not aside:
        raise UsageError(f"{intent}: must say what a study was to be renamed to, and does not. Remove this file.")
    return aside
