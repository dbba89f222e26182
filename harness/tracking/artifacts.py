"""What lies beside a run: putting files there, and finding pictures."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from harness.errors import UsageError
from harness.tracking.runs import RecordedRun, artifact_folders, is_inside


def add_artifacts(run: RecordedRun, folder: Path, place: str) -> Path:
    """Put the files of a folder among a run's artifacts, replacing those of the same names.

    They are copied, without MLflow: its client would take the place that a store which was moved had before.

    Args:
        run: the run.
        folder: whose files are copied.
        place: folder among the artifacts; made if need be.

    Returns:
        Where they are now.

    Raises:
        UsageError: if a link is in the way: it could lead out of the store.
    """
    target = run.artifacts / place
    if target.is_symlink() or any(path.is_symlink() for path in target.rglob("*")):
        raise UsageError(f"{target}: is a link, or has one in it, and files are not written through links. Remove it.")
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
        folder = artifacts / "insight"
        if digest not in found and (folder / "network.png").is_file() and is_inside(store, folder):
            found[digest] = folder
    return found


def artifact_files(run: RecordedRun) -> list[Path]:
    """Return the files of a run's artifacts, relative to their folder, by name: those at the top first."""
    files = (path.relative_to(run.artifacts) for path in run.artifacts.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: (len(path.parts), path.parent, _by_number(path.name)))


def _by_number(name: str) -> list[tuple[int, str]]:
    """Return what sorts ``20.png`` before ``140.png``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
