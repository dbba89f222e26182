"""The project that a command is about: the nearest folder, from the working directory up, that has studies or a store.

So that commands work in a folder below as they do at the top, as git's do. What is named on the command line is
relative to the working directory all the same.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

STUDIES = Path("studies")
DEFAULT_STORE = Path("mlruns")
REPORTS = Path("reports")


def project_folder() -> Path:
    """Return the project's folder as seen from the working directory: ``Path()``, ``Path("..")``, ...

    Where no folder has studies or a store, it is the working directory.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed
        return Path()
    for steps, folder in enumerate((here, *here.parents)):
        found = next((place for place in (folder / STUDIES, folder / DEFAULT_STORE) if _is_one(place)), None)
        if found is not None and (not steps or _is_trusted(found)):
            return Path(*[os.pardir] * steps)
    return Path()


def studies_folder() -> Path:
    """Return the folder of the project's studies, which need not be there."""
    return project_folder() / STUDIES


def default_folder() -> Path:
    """Return the folder that is the project's store where nothing names another."""
    return project_folder() / DEFAULT_STORE


def reports_folder() -> Path:
    """Return the folder of the project's reports."""
    return project_folder() / REPORTS


def change_folder() -> str:
    """Return the fix for who is in a folder that has nothing of what is meant."""
    return "Change to the folder of your project, or begin a study: harness new NAME"


def _is_one(place: Path) -> bool:
    """Whether it is a folder with study files, or a store."""
    try:
        if place.name == STUDIES.name:
            return next(place.glob("*.toml"), None) is not None
        from harness.store import open_store

        return open_store(place).exists()
    except OSError:  # a folder that may not be looked into
        return False


def _is_trusted(place: Path) -> bool:
    """Whether a folder above is nobody else's, put where everybody may put one: its studies may name code to run."""
    return place.stat().st_uid in (os.getuid(), 0) or not place.parent.stat().st_mode & stat.S_IWOTH
