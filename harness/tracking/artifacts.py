"""What lies beside a run: putting files there, and finding pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.tracking.runs import artifact_folders

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def add_artifacts(client: MlflowClient, run_id: str, folder: Path, place: str) -> None:
    """Put the files of a folder among a run's artifacts, replacing those of the same names.

    Args:
        client: of the store.
        run_id: the run.
        folder: whose files are copied.
        place: folder among the artifacts.
    """
    client.log_artifacts(run_id, str(folder), place)


def picture_folders(store: Path, name: str) -> dict[str, Path]:
    """Return digest -> folder with the pictures of the first finished trial of a variant that has any with weights.

    Args:
        store: the store's folder.
        name: of the study.

    Raises:
        UsageError: if there is no store.
    """
    found: dict[str, Path] = {}
    for digest, artifacts in artifact_folders(store, name):
        if digest not in found and (artifacts / "insight" / "network.png").is_file():
            found[digest] = artifacts / "insight"
    return found
