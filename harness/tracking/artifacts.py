"""What lies beside a run: putting files there, and finding pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.tracking.runs import RecordedRun, artifact_folders


def add_artifacts(run: RecordedRun, folder: Path, place: str) -> Path:
    """Put the files of a folder among a run's artifacts, replacing those of the same names.

    They are copied, without MLflow: its client would take the place that a store which was moved had before.

    Args:
        run: the run.
        folder: whose files are copied.
        place: folder among the artifacts; made if need be.

    Returns:
        Where they are now.
    """
    target = run.artifacts / place
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target


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
