"""A server's runs and files, for those who copy studies from and to it."""

from __future__ import annotations

from collections.abc import Sequence
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

    def histories(self, runs: Sequence[Run]) -> dict[str, list[Metric]]:
        """Return run id -> everything that was measured in a run, by one request for each metric."""
        from mlflow.entities import Metric

        from harness.store.server.reading.histories import values_of

        found: dict[str, list[Metric]] = {run.info.run_id: [] for run in runs}
        for key in sorted({key for run in runs for key in run.data.metrics}):
            having = [run.info.run_id for run in runs if key in run.data.metrics]
            for one in values_of(self._server, having, key):
                found[one["run_id"]].append(Metric(key, float(one["value"]), int(one["timestamp"]), int(one["step"])))
        return found
