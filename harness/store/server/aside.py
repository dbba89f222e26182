"""Putting a study aside, so that it can begin anew under its name: in Optuna, in MLflow, and whole.

Two servers cannot be changed at once. So what is to be done is written down first, as a tag of the experiment, and
whoever finds that finishes it: each of the two renames is one transaction, and does nothing if it was done before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import optuna

from harness.store.aside import name_aside
from harness.store.record.experiments import experiment_names, is_unused, rename_experiment
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
    if name not in in_mlflow:
        rename_studies(storage, {name: aside})
        return aside
    if (experiment := client.get_experiment_by_name(name)) is not None:
        client.set_experiment_tag(experiment.experiment_id, INTENT, aside)
    finish_aside(name, client, storage)
    return aside


def finish_aside(name: str, client: ServerClient, storage: PatientStorage) -> str | None:
    """Finish what a killed process left of putting the study aside; return its name since, None for nothing."""
    experiment = client.get_experiment_by_name(name)
    aside = experiment.tags.get(INTENT) if experiment is not None else None
    if not aside or aside == name:
        return None
    if aside not in optuna.get_all_study_names(storage):
        rename_studies(storage, {name: aside})
    rename_experiment(client, name, aside)
    return str(aside)
