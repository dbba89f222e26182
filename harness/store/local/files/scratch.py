"""The folder, in a store, of what trainings leave until it is recorded: ``staging/NAME``, a folder for each trial."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from harness.errors import UsageError


def scratch_folder(store: Path, study: str) -> Path:
    """Return where trainings of a study leave their files for the driver to take into the store.

    Raises:
        UsageError: if a link leads out of the store: what is left there is removed.
    """
    root = store.resolve()
    folder = root / "staging" / study
    if not folder.resolve().is_relative_to(root):
        raise UsageError(f"{folder}: leads out of the store by a link. harness follows none: remove the link.")
    return folder


def clear_scratch(store: Path, study: str) -> None:
    """Remove what trainings of a study left that nobody will take."""
    folder = scratch_folder(store, study)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # others may be running
        folder.parent.rmdir()
