"""MLflow's client of a tracking server, which waits for it, and does nothing twice."""

from __future__ import annotations

import contextlib
import functools
import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.utils import rest_utils

from harness.errors import UsageError
from harness.store.profiles import Servers
from harness.store.server.patience import Patience
from harness.store.server.words import is_away

T = TypeVar("T")

TICKET = "harness.ticket"
"""Tag of a run, different for each: by it a run is found whose making was carried out, and whose answer was lost."""

_ALIKE = (
    *("get_experiment", "get_experiment_by_name", "search_experiments", "rename_experiment"),
    *("set_experiment_tag", "search_runs", "update_run", "get_run", "log_batch", "log_inputs", "set_terminated"),
    *("log_artifact", "log_artifacts", "get_logged_model", "search_logged_models", "log_model_artifacts"),
    *("finalize_logged_model", "set_logged_model_tags", "get_metric_history"),
)
"""Calls that may be made twice: they read, or say what is to be."""


class ServerClient(MlflowClient):
    """A client whose calls wait while the server is away, and are made again when it is back.

    What was carried out although its answer was lost is found, and not done once more.

    Args:
        servers: which.
        patience: how long to wait.
    """

    def __init__(self, servers: Servers, patience: Patience) -> None:
        self.servers, self.patience = servers, patience
        make: Any = super().__init__  # MLflow's has no types
        make(tracking_uri=servers.tracking_uri, registry_uri=servers.tracking_uri)

    def insist(self, call: Callable[[], T], again: Callable[[], T] | None = None) -> T:
        """Call with the user and password of the server, and again while it is away."""
        with _credentials(self.servers):
            who = f"the MLflow server {self.servers.tracking_uri}"
            return self.patience.insist(who, call, is_away, again)

    def create_experiment(self, name: str, artifact_location: str | None = None, tags: Any = None) -> str:
        """Make an experiment, or take the one that somebody else has made by now.

        Raises:
            UsageError: if the server keeps artifacts where its clients would have to fetch them themselves.
        """

        def make() -> str:
            try:
                return str(MlflowClient.create_experiment(self, name, artifact_location, tags))
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
                there: Any = MlflowClient.get_experiment_by_name(self, name)
                return str(there.experiment_id)

        experiment_id = self.insist(make)
        location = str(self.get_experiment(experiment_id).artifact_location)
        if not location.startswith("mlflow-artifacts:/"):
            self.insist(lambda: MlflowClient.delete_experiment(self, experiment_id))
            raise UsageError(
                f"the MLflow server {self.servers.tracking_uri} keeps artifacts at {location}, where harness neither "
                "reads nor writes. Start it with --serve-artifacts and --artifacts-destination, and without "
                "--default-artifact-root, so that they go through the server."
            )
        return experiment_id

    def create_run(self, experiment_id: str, start_time: Any = None, tags: Any = None, run_name: Any = None) -> Any:
        """Make a run, once."""
        ticket = uuid.uuid4().hex
        tags = {**(tags or {}), TICKET: ticket}

        def make() -> Any:
            return MlflowClient.create_run(self, experiment_id, start_time, tags, run_name)

        def again() -> Any:
            query = f"tags.`{TICKET}` = '{ticket}'"
            found = MlflowClient.search_runs(self, [experiment_id], query, max_results=1)
            return found[0] if found else make()

        return self.insist(make, again)

    def create_logged_model(self, experiment_id: str, name: Any = None, source_run_id: Any = None, **more: Any) -> Any:  # type: ignore[override]
        """Make a logged model, once for a run."""

        def make() -> Any:
            return MlflowClient.create_logged_model(self, experiment_id, name, source_run_id, **more)

        def again() -> Any:
            query = f"source_run_id = '{source_run_id}'"
            models = MlflowClient.search_logged_models(self, [experiment_id], query)
            return next((model for model in models if model.name == name), None) or make()

        return self.insist(make, again)

    def log_outputs(self, run_id: str, models: Any) -> None:
        """Note models as outputs of a run, once."""

        def make() -> None:
            MlflowClient.log_outputs(self, run_id, models)

        def again() -> None:
            outputs = MlflowClient.get_run(self, run_id).outputs
            known = {output.model_id for output in (outputs.model_outputs if outputs else ())}
            if not {model.model_id for model in models} <= known:
                make()

        self.insist(make, again)

    def delete_experiment(self, experiment_id: str) -> None:
        """Delete an experiment; one that is deleted is well deleted."""

        def make() -> None:
            there: Any = MlflowClient.get_experiment(self, experiment_id)
            if there.lifecycle_stage == "active":
                MlflowClient.delete_experiment(self, experiment_id)

        self.insist(make)

    def restore_experiment(self, experiment_id: str) -> None:
        """Restore an experiment; one that is not deleted needs no more."""

        def make() -> None:
            there: Any = MlflowClient.get_experiment(self, experiment_id)
            if there.lifecycle_stage != "active":
                MlflowClient.restore_experiment(self, experiment_id)

        self.insist(make)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag of a run; one that is gone is well gone."""

        def make() -> None:
            try:
                MlflowClient.delete_tag(self, run_id, key)
            except MlflowException as error:
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise

        self.insist(make)

    def histories(self, run_ids: list[str], key: str) -> list[dict[str, Any]]:
        """Return all values of a metric of at most 100 runs, 25,000 at most: MLflow's page asks for them like that."""
        asked = {"run_id": run_ids, "metric_key": key, "max_results": MOST_POINTS}
        return list(self._get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", asked).json()["metrics"])

    def server_version(self) -> str:
        """Return the version of MLflow that the server has."""
        return str(self._get("/version").text).strip()[:40]

    def _get(self, endpoint: str, asked: dict[str, Any] | None = None) -> Any:
        """Ask the server for what its client has no call for."""
        rest: Any = rest_utils  # MLflow's has no types
        credentials = rest.MlflowHostCreds(
            self.servers.tracking_uri, username=self.servers.username, password=self.servers.password
        )

        def ask() -> Any:
            return rest.verify_rest_response(rest.http_request(credentials, endpoint, "GET", params=asked), endpoint)

        return self.insist(ask)


MOST_RUNS, MOST_POINTS = 100, 25_000
"""What MLflow's server gives at once of histories."""


def _insisting(name: str) -> Callable[..., Any]:
    plain = getattr(MlflowClient, name)

    @functools.wraps(plain)
    def method(self: ServerClient, *arguments: Any, **named: Any) -> Any:
        return self.insist(functools.partial(plain, self, *arguments, **named))

    return method


for _name in _ALIKE:
    setattr(ServerClient, _name, _insisting(_name))


@contextlib.contextmanager
def _credentials(servers: Servers) -> Iterator[None]:
    """Let MLflow's client find user and password in the environment, which is where it looks, for one call."""
    wanted = {"MLFLOW_TRACKING_USERNAME": servers.username, "MLFLOW_TRACKING_PASSWORD": servers.password}
    before = {name: os.environ.get(name) for name in wanted}
    for name, value in wanted.items():
        _put(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            _put(name, value)


def _put(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
