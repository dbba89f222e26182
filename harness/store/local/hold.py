"""Writing to a store in a folder: with the right to run a study, or beside others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.store.base import LOCK_TIMEOUT
from harness.store.local.aside import delete_study, finish_aside, give_name, put_aside
from harness.store.local.database import DATABASE, check_store, opened_client
from harness.store.local.files.depot import FolderDepot
from harness.store.local.files.disk import FolderDisk
from harness.store.local.files.locks import lock_store, lock_study
from harness.store.local.files.scratch import clear_scratch
from harness.store.local.optuna_storage import FILE, opened_storage, rename_studies
from harness.store.local.reading.inspecting import open_ends
from harness.store.local.removing import remove_study, require_whole
from harness.store.local.sqlite import in_words, settle_log
from harness.store.quiet import quiet_mlflow, quiet_optuna
from harness.store.record.experiments import close_experiment
from harness.store.record.recorder import Recorder
from harness.study import Study

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient
    from optuna.storages import RDBStorage

    from harness.store.recording import Depot


class FolderHold:
    """The right to run a study; :class:`harness.store.recording.Hold` says what each method means.

    Args:
        store: the store's folder.
        name: of the study, whose lock this process has.
        client: of the store.
        storage: Optuna's.
    """

    def __init__(self, store: Path, name: str, client: MlflowClient, storage: RDBStorage) -> None:
        self.storage = storage
        self.depot: Depot | None = FolderDepot(store, client)
        self._store, self._name, self._client = store, name, client

    def begin(self, study: Study, source: Mapping[str, str]) -> Recorder:
        """Open a study's own run, and close what a process that was killed left open in it."""
        recorder = Recorder(self._client, FolderDisk(self._store, (DATABASE, FILE)), study, source)
        try:
            recorder.close_left_open()
        except BaseException:
            recorder.close("FAILED")
            raise
        return recorder

    def put_aside(self) -> str | None:
        """Give the study another name, in MLflow and in Optuna."""
        return put_aside(self._name, self._store, self._client, self.storage)

    def rename(self, name: str) -> None:
        """Give the study another name, in MLflow and in Optuna."""
        require_whole(self._store, self._name)
        give_name(self._name, name, self._store, self._client, self.storage)

    def delete(self) -> str:
        """Delete the study so that it can be restored."""
        return delete_study(self._name, self._store, self._client, self.storage)

    def remove(self) -> list[str]:
        """Remove all that there is of a study which is deleted."""
        return remove_study(self._name, self._store, self._client, self.storage)

    def finish_aside(self) -> str | None:
        """Finish what a killed process left of putting the study aside."""
        return finish_aside(self._name, self._store, self._client, self.storage)

    def has_open_ends(self) -> bool:
        """Whether a process that was killed left something open of the study."""
        return self._name in open_ends(self._store)

    def close_unread(self) -> None:
        """Close whatever is open of the study in MLflow."""
        close_experiment(self._client, self._name)

    def rename_in_optuna(self, names: Mapping[str, str]) -> None:
        """Give studies in Optuna's storage other names, in one transaction."""
        rename_studies(self.storage, names)


@contextlib.contextmanager
def held(store: Path, name: str, lock_timeout: float = LOCK_TIMEOUT) -> Iterator[FolderHold]:
    """Take the right to run a study, open both databases, making them if need be, and close them after the block.

    Raises:
        UsageError: if another process has it, the store is damaged or may not be used.
        RunError: if the store can no longer be used.
    """
    with in_words(store, lock_timeout), quiet_mlflow, quiet_optuna, contextlib.ExitStack() as stack:
        check_store(store)
        stack.enter_context(lock_study(store, name))
        for file in (DATABASE, FILE):
            stack.callback(settle_log, store / file)
        with lock_store(store, lock_timeout):
            client = stack.enter_context(opened_client(store, lock_timeout))
            storage = stack.enter_context(opened_storage(store, lock_timeout))
        clear_scratch(store, name)  # of a process that was killed
        stack.callback(clear_scratch, store, name)
        yield FolderHold(store, name, client, storage)


def settle_place(store: Path) -> None:
    """Open a store to be written to, which makes what is half-made anew and records where its files are now.

    Raises:
        UsageError: if it may not be written to.
    """
    with quiet_mlflow, lock_store(store), opened_client(store):
        pass


@contextlib.contextmanager
def recorded(study: Study, source: Mapping[str, str], store: Path, name: str) -> Iterator[Recorder]:
    """Open a study's own run beside others who do so at the same time.

    Raises:
        UsageError: if the store is damaged or may not be used.
        RunError: if the store can no longer be used.
    """
    with quiet_mlflow, contextlib.ExitStack() as stack:
        with lock_store(store):
            client = stack.enter_context(opened_client(store))
        yield Recorder(client, FolderDisk(store), study, source, name)
