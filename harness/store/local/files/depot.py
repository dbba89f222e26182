"""The files of a store in a folder, for those who copy studies from and to it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.store.local.files.places import place_of, within

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run
    from mlflow.tracking import MlflowClient


class FolderDepot:
    """What a study is copied from and to; :class:`harness.store.recording.Depot` says what each method means.

    Args:
        store: the store's folder.
        client: of the store.
    """

    def __init__(self, store: Path, client: MlflowClient) -> None:
        self.client, self._store = client, store

    def address(self, study: str) -> str:
        """Return where the files of a new study are to be."""
        return (self._store / "artifacts" / study).resolve().as_uri()

    def fetch(self, address: str, folder: Path) -> None:
        """Copy the files of a run, or of a model; links are left out."""
        place = place_of(self._store, address)
        for file in sorted(place.rglob("*")):
            if file.is_file() and not file.is_symlink():
                copy = folder / within(self._store, file).relative_to(place)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)

    def histories(self, runs: Sequence[Run]) -> dict[str, list[Metric]]:
        """Return run id -> everything that was measured in a run."""
        history = self.client.get_metric_history
        return {
            run.info.run_id: [point for key in run.data.metrics for point in history(run.info.run_id, key)]
            for run in runs
        }
