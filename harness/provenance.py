"""Where results come from: the code's version and revision."""

from __future__ import annotations

import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "cnn-harness"
_LIBRARIES = ("numpy", "optuna", "mlflow")
"""Libraries whose versions may change a result and that a trial's fingerprint does not name."""

_GIT = (
    "git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false", "-c", "status.submoduleSummary=false",
)  # fmt: skip
"""Git, without what a repository's own configuration would have it run; what it writes, hooks among it, is off too."""

_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, through programs that it names itself
    "GIT_SSH_COMMAND": "false",
    "GIT_ASKPASS": "false",
    "GIT_TERMINAL_PROMPT": "0",
}

_OWN = ("GIT_CONFIG_", "GIT_EXEC_PATH")
"""Variables for git that stay: the user's configuration. Others, such as GIT_DIR, mean another repository than this."""

_PROGRAMS = re.compile(r"filter\..*|core\.worktree|remote\..*\.promisor|extensions\.partialclone", re.DOTALL)
"""Settings with which comparing a work tree with its commit runs a program, or leaves the work tree."""


def version() -> str:
    """Return the installed version of this package."""
    return metadata.version(DISTRIBUTION)


def source_tags(folder: Path) -> dict[str, str]:
    """Return tags for a run: versions, and the git revision of ``folder`` where it is a work tree.

    A revision with changes on top is marked ``-changed``: its results cannot be had from the commit alone. It is marked
    ``-unchecked`` where that is not known: to look would run what the repository's own configuration names, such as a
    filter, and the folder may be a stranger's.
    """
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    tags = {"harness.version": version(), "harness.libraries": libraries}
    revision = (_git(folder, "rev-parse", "--verify", "--end-of-options", "HEAD") or "").strip()
    if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", revision):
        tags["mlflow.source.git.commit"] = revision + _changes(folder)
    return tags


def _changes(folder: Path) -> str:
    """Return the mark of a revision: empty if nothing of what git knows was changed."""
    settings = _git(folder, "config", "--list", "--null", "--show-scope")
    if settings is None or any(_PROGRAMS.fullmatch(name) for name in _own_settings(settings)):
        return "-unchecked"
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    if changed is None:
        return "-unchecked"
    return "-changed" if changed.strip() else ""


def _own_settings(listed: str) -> list[str]:
    """Return the names of the settings that a repository has itself, files that it includes among them.

    Those of the user and of the machine are in other scopes: what they name is the user's own.
    """
    fields = listed.split("\0")
    scopes, settings = fields[0::2], fields[1::2]
    return [
        setting.partition("\n")[0].lower()
        for scope, setting in zip(scopes, settings, strict=False)
        if scope not in ("system", "global", "command")
    ]


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git says, or None if it fails."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_") or name.startswith(_OWN)}
    environment = {**kept, **_ENVIRONMENT}
    try:
        done = subprocess.run(
            [*_GIT, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")
