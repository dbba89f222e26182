"""Writing to a store on servers: with the right to run a study, or beside others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.store.profiles import Servers
from harness.store.quiet import quiet_mlflow, quiet_optuna
from harness.store.record.experiments import close_experiment
from harness.store.record.recorder import Recorder
from harness.store.server.depot import ServerDepot
from harness.store.server.reading.opening import runs
from harness.study import Study

if TYPE_CHECKING:
    from harness.store.recording import Depot
    from harness.store.server.client import ServerClient
    from harness.store.server.locks import StudyLock
    from harness.store.server.storage import PatientStorage


class ServerHold:
    """The right to run a study; :class:`harness.store.recording.Hold` says what each method means.

    Args:
        name: of the study.
        client: of the tracking server.
        storage: Optuna's.
        lock: the right.
    """

    def __init__(self, name: str, client: ServerClient, storage: PatientStorage, lock: StudyLock) -> None:
        self.storage = storage
        self.depot: Depot | None = ServerDepot(client)
        self._name, self._client, self._lock = name, client, lock

    def begin(self, study: Study, source: Mapping[str, str]) -> Recorder:
        """Open a study's own run, and close what a process that was killed left open in it."""
        from harness.store.server.artifacts import ServerDisk

        disk = ServerDisk(self._client, self._lock.require_held)
        recorder = Recorder(self._client, disk, study, source)
        try:
            recorder.close_left_open()
        except BaseException:
            recorder.close("FAILED")
            raise
        return recorder

    def put_aside(self) -> str | None:
        """Give the study another name, in MLflow and in Optuna."""
        from harness.store.server.aside import put_aside

        return put_aside(self._name, self._client, self.storage)

    def rename(self, name: str) -> None:
        """Give the study another name, in MLflow and in Optuna."""
        from harness.store.server.aside import give_name

        give_name(self._name, name, self._client, self.storage)

    def delete(self) -> str:
        """Delete the study so that it can be restored."""
        from harness.store.server.aside import delete_study

        return delete_study(self._name, self._client, self.storage)

    def remove(self) -> list[str]:
        """Refuse: MLflow's server removes nothing for good; its keeper can."""
        experiment = self._client.get_experiment_by_name(self._name)
        number = experiment.experiment_id if experiment is not None else "ID"
        raise UsageError(
            f"{self._client.servers.name}: what is deleted on a server is removed for good by its keeper, there: "
            f"mlflow gc --backend-store-uri DATABASE --experiment-ids {number}"
        )

    def finish_aside(self) -> str | None:
        """Finish what a killed process left of putting the study aside."""
        from harness.store.server.aside import finish_aside

        return finish_aside(self._name, self._client, self.storage)

    def has_open_ends(self) -> bool:
        """Whether a process that was killed left something open of the study."""
        experiment = self._client.get_experiment_by_name(self._name)
        if experiment is None or experiment.lifecycle_stage != "active":
            return False
        return bool(runs(self._client, [experiment], "attributes.status = 'RUNNING'", most=1))

    def close_unread(self) -> None:
        """Close whatever is open of the study in MLflow."""
        close_experiment(self._client, self._name)

    def rename_in_optuna(self, names: Mapping[str, str]) -> None:
        """Give studies in Optuna's storage other names, in one transaction."""
        from harness.store.server.storage import rename_studies

        rename_studies(self.storage, names)


@contextlib.contextmanager
def held(servers: Servers, name: str) -> Iterator[ServerHold]:
    """Take the right to run a study, and open both servers until the block ends.

    Raises:
        UsageError: if another process has it, or a server does not let the user in.
        RunError: if a server is away, at the start or for too long.
    """
    with quiet_mlflow, quiet_optuna, contextlib.ExitStack() as stack:
        from harness.store.server.cache import clear_scratch
        from harness.store.server.client import ServerClient
        from harness.store.server.locks import locked_study
        from harness.store.server.patience import Patience
        from harness.store.server.storage import opened_storage
        from harness.store.server.words import in_words

        stack.enter_context(in_words(servers))
        patience = Patience(0)  # who is away before anything has begun is said at once
        lock = stack.enter_context(locked_study(servers, name, patience))
        storage = stack.enter_context(opened_storage(servers, patience))
        client = ServerClient(servers, patience)
        client.search_experiments(max_results=1)
        patience.begin(servers.wait_seconds)
        clear_scratch(servers, name)  # of a process that was killed
        stack.callback(clear_scratch, servers, name)
        yield ServerHold(name, client, storage, lock)


@contextlib.contextmanager
def recorded(servers: Servers, study: Study, source: Mapping[str, str], name: str) -> Iterator[Recorder]:
    """Open a study's own run beside others who do so at the same time.

    Raises:
        UsageError: if the server does not let the user in.
        RunError: if it is away.
    """
    with quiet_mlflow:
        from harness.store.server.artifacts import ServerDisk
        from harness.store.server.client import ServerClient
        from harness.store.server.patience import Patience
        from harness.store.server.words import in_words

        with in_words(servers):
            client = ServerClient(servers, Patience(servers.wait_seconds))
            yield Recorder(client, ServerDisk(client), study, source, name)
