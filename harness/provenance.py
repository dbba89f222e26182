"""Where results come from: the code's version and revision."""

from __future__ import annotations

import subprocess
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "cnn-harness"
_LIBRARIES = ("numpy", "optuna", "mlflow")
"""Libraries whose versions may change a result and that a trial's fingerprint does not name."""


def version() -> str:
    """Return the installed version of this package."""
    return metadata.version(DISTRIBUTION)


def source_tags(folder: Path) -> dict[str, str]:
    """Return tags for a run: versions, and the git revision of ``folder`` where it is a work tree.

    A revision with changes on top is marked: its results cannot be had from the commit alone.
    """
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    tags = {"harness.version": version(), "harness.libraries": libraries}
    revision = _git(folder, "rev-parse", "HEAD")
    if revision:
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
        tags["mlflow.source.git.commit"] = revision + ("-changed" if changed else "")
    return tags


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
