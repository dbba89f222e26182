"""What lies beside a run: putting files there, and finding pictures."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from harness.errors import UsageError
from harness.store.facts import PICTURES, RecordedRun
from harness.store.local.files.places import copy_files, within
from harness.store.local.reading.runs import artifact_folders


def add_files(store: Path, run: RecordedRun, folder: Path, place: str) -> Path:
    """Put the files of a folder among a run's artifacts, replacing those of the same names.

    They are copied, without MLflow: its client would take the place that a store which was moved had before.

    Args:
        store: the store's folder.
        run: the run.
        folder: whose files are copied.
        place: folder among the artifacts; made if need be.

    Returns:
        Where they are now.

    Raises:
        UsageError: if a link leads out of the store.
    """
    target = within(store, Path(run.artifacts) / place)
    copy_files(folder, target, store)
    return target


def picture_folders(store: Path, name: str) -> dict[str, Path]:
    """Return digest -> folder with the pictures of a finished trial of a variant, if any left some.

    It is the first with all pictures, which one training of few variants has; without one the first that has a
    confusion matrix.

    Args:
        store: the store's folder.
        name: of the study.

    Raises:
        UsageError: if there is no store.
    """
    folders = [(digest, artifacts) for _, digest, artifacts in artifact_folders(store, name)]
    found: dict[str, Path] = {}
    for file in PICTURES:
        for digest, artifacts in folders:
            with contextlib.suppress(UsageError):  # of a link that leads out of the store
                if digest not in found and within(store, artifacts / file).is_file():
                    found[digest] = artifacts / "insight"
    return found


def artifacts_called(store: Path, name: str, file: str) -> dict[str, Path]:
    """Return run id -> one of the artifacts of each finished trial of a study that left one of that name.

    Args:
        store: the store's folder.
        name: of the study.
        file: name of the artifact.

    Raises:
        UsageError: if there is no store.
    """
    folders = artifact_folders(store, name)  # no link leads out of the store by them
    files = {run_id: artifacts / file for run_id, _, artifacts in folders}
    return {run_id: path for run_id, path in files.items() if not path.is_symlink() and path.is_file()}


def artifact_file(store: Path, run: RecordedRun, name: str) -> Path | None:
    """Return one of a run's artifacts; None if there is none of the name.

    Raises:
        UsageError: if a link leads out of the store.
    """
    file = within(store, Path(run.artifacts) / name)
    return file if file.is_file() else None


def artifact_names(run: RecordedRun) -> list[Path]:
    """Return the names of a run's artifacts, relative to their folder: those at the top first."""
    folder = Path(run.artifacts)
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: (len(path.parts), path.parent, _by_number(path.name)))


def _by_number(name: str) -> list[tuple[int, str]]:
    """Return what sorts ``20.png`` before ``140.png``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
