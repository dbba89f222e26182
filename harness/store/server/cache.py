"""What of a store on servers is on this machine: copies of what does not change, and what waits to be sent."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from platformdirs import user_cache_path

from harness.errors import UsageError
from harness.store.profiles import Servers

_ID = re.compile(r"[\w-]+")


def cache_folder(servers: Servers) -> Path:
    """Return the folder of this machine for what is read from a server, and for what is to be sent to it."""
    digest = hashlib.sha256(servers.tracking_uri.encode()).hexdigest()[:16]
    return user_cache_path("cnn-harness") / "servers" / digest


def kept_place(servers: Servers, run_id: str, name: str) -> Path:
    """Return where a run's or model's file is kept on this machine.

    Raises:
        UsageError: if the server names a run as none can be named.
    """
    if not _ID.fullmatch(run_id):
        raise UsageError(f"{servers.name}: {run_id!r} is no id of a run.")
    return cache_folder(servers) / "files" / run_id / name


def scratch_folder(servers: Servers, study: str) -> Path:
    """Return a folder of this machine for what trainings of a study leave until it is sent to the server."""
    return cache_folder(servers) / "staging" / study


def clear_scratch(servers: Servers, study: str) -> None:
    """Remove what trainings of a study left on this machine that nobody will take."""
    shutil.rmtree(scratch_folder(servers, study), ignore_errors=True)
