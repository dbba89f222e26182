"""A server's runs and files, for those who copy studies from and to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run
    from mlflow.tracking import MlflowClient

    from harness.store.server.client import ServerClient


class ServerDepot:
    """What a study is copied from and to; :class:`harness.store.recording.Depot` says what each method means.

    Args:
        client: of the server.
    """

    def __init__(self, client: ServerClient) -> None:
        self.client: MlflowClient = client
        self._server = client

    def address(self, study: str) -> None:
        """Return None: the server says where."""

    def fetch(self, address: str, folder: Path) -> None:
        """Bring the files of a run, or of a model."""
        from harness.store.server.artifacts import Artifacts

        there = Artifacts(self._server, address)
        for name in there.names():
            there.fetch(name.as_posix(), folder / name)

    def histories(self, run: Run) -> list[Metric]:
        """Return everything that was measured in a run."""
        return [point for key in run.data.metrics for point in self.client.get_metric_history(run.info.run_id, key)]
