"""What lies beside a run: putting files there, and finding pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from harness.tracking.runs import RecordedRun, artifact_folders

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


def artifact_files(run: RecordedRun) -> list[Path]:
    """Return the files of a run's artifacts, relative to their folder, by name: those at the top first."""
    files = (path.relative_to(run.artifacts) for path in run.artifacts.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: (len(path.parts), path.parent, _by_number(path.name)))


def _by_number(name: str) -> list[tuple[int, str]]:
    """Return what sorts ``20.png`` before ``140.png``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
