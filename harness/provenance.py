"""Where results come from: the code's version and revision."""

from __future__ import annotations

import subprocess
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "cnn-harness"


def version() -> str:
    """Return the installed version of this package."""
    return metadata.version(DISTRIBUTION)


def source_tags(folder: Path) -> dict[str, str]:
    """Return tags for a run: the version, and the git revision of ``folder`` where it is a work tree.

    A revision with changes on top is marked: its results cannot be had from the commit alone.
    """
    tags = {"harness.version": version()}
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
