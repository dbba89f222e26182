"""Giving a study another name, in Optuna, in MLflow, and whole: to put it aside, to delete it, or as it is asked for.

Two servers cannot be changed at once. So what is to be done is written down first, as a tag of the experiment, and
whoever finds that finishes it: each of the two renames is one transaction, and does nothing if it was done before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import optuna

from harness.store.aside import name_aside, name_before, name_deleted
from harness.store.record.experiments import experiment_names, is_unused, rename_experiment, settle_name
from harness.store.server.storage import rename_studies

if TYPE_CHECKING:
    from harness.store.server.client import ServerClient
    from harness.store.server.storage import PatientStorage

INTENT = "harness.aside"
"""Tag of an experiment: the name that it is to have."""


def put_aside(name: str, client: ServerClient, storage: PatientStorage) -> str | None:
    """Rename what there is of a study, in Optuna and in MLflow, so that it can begin anew. Nothing is deleted.

    Args:
        name: of the study; this process holds the right to run it.
        client: of the server.
        storage: Optuna's.

    Returns:
        The name that it has from now on; None if there was nothing.
    """
    in_optuna, in_mlflow = optuna.get_all_study_names(storage), experiment_names(client)
    if name not in {*in_optuna, *in_mlflow} or (name not in in_optuna and is_unused(client, name)):
        return None  # nothing, or what a run left that was cut off before it began: the next takes that over
    aside = name_aside(name, {*in_optuna, *in_mlflow})
    give_name(name, aside, client, storage)
    return aside


def delete_study(name: str, client: ServerClient, storage: PatientStorage) -> str:
    """Delete a study as MLflow does, so that it can be restored, under a name by which it is known as such.

    Returns:
        The name that it has from now on.
    """
    deleted = name_deleted(name, {*optuna.get_all_study_names(storage), *experiment_names(client)})
    give_name(name, deleted, client, storage)
    return deleted


def give_name(name: str, new_name: str, client: ServerClient, storage: PatientStorage) -> None:
    """Rename what there is of a study, in Optuna and in MLflow. One that is deleted is restored by that.

    Args:
        name: of the study; this process holds the right to run it.
        new_name: which nothing in the store has.
        client: of the server.
        storage: Optuna's.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        rename_studies(storage, {name: new_name})
        return
    if experiment.lifecycle_stage != "active":  # MLflow gives no tags to what is deleted
        client.restore_experiment(experiment.experiment_id)
    client.set_experiment_tag(experiment.experiment_id, INTENT, new_name)
    finish_aside(name, client, storage)


def finish_aside(name: str, client: ServerClient, storage: PatientStorage) -> str | None:
    """Finish what a killed process left of giving the study another name; return that, None for nothing.

    Of one that was to be deleted, and has its name already, the deletion is done.
    """
    settle_deleted(name, client)
    experiment = client.get_experiment_by_name(name)
    aside = experiment.tags.get(INTENT) if experiment is not None else None
    if not aside or aside == name:
        return None
    if aside not in optuna.get_all_study_names(storage):
        rename_studies(storage, {name: aside})
    rename_experiment(client, name, aside)
    settle_name(client, aside)
    return str(aside)


def settle_deleted(name: str, client: ServerClient) -> None:
    """Delete an experiment that has the name of one that is deleted, and is not: a process was killed in between."""
    if name_before(name) is not None:
        settle_name(client, name)
