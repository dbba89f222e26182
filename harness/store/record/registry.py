"""MLflow's model registry: the network that stands for a study."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.tracking import MlflowClient

ALIAS = "winner"
"""Alias of the version that was registered last."""


def register_model(client: MlflowClient, name: str, model: LoggedModel, about: str, why: str) -> int:
    """Register a run's model as a new version, and let the alias point to it; return the version.

    Args:
        client: of the store.
        name: of the registered model, made if need be: the study's.
        model: as :func:`model_to_register` returns it.
        about: description of the registered model.
        why: description of the version.

    Raises:
        UsageError: if the name is one that MLflow refuses.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise UsageError(f"--register: {name!r} cannot be a registered model's name: {error.message}") from None
    client.update_registered_model(name, about)
    # Named by its place: MLflow would look a model id up in whatever store is the process's global one.
    version = client.create_model_version(
        name, model.artifact_location, model.source_run_id, description=why, model_id=model.model_id
    )
    number = int(version.version)
    client.set_registered_model_alias(name, ALIAS, str(number))
    # for the page of the model, which links to them: all there are, also those of a process that was cut off here
    found = client.search_model_versions(f"run_id = '{model.source_run_id}'")
    versions = [{"name": one.name, "version": int(one.version)} for one in found]
    versions.sort(key=lambda one: (one["name"], one["version"]))
    client.set_logged_model_tags(model.model_id, {"mlflow.modelVersions": json.dumps(versions)})
    return number


def model_to_register(client: MlflowClient, name: str, run_id: str) -> LoggedModel:
    """Return the finished model of a run.

    Raises:
        UsageError: if it has none.
    """
    run = client.get_run(run_id)
    for output in run.outputs.model_outputs if run.outputs else ():
        model = client.get_logged_model(output.model_id)
        if model.status == "READY":
            return model
    raise UsageError(
        f"{name}: a run must have an MLflow model to be registered, {run.info.run_name!r} has none: an earlier version "
        "of harness recorded it. Train the study again with --fresh."
    )
