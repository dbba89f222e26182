"""Where studies are recorded: :func:`open_store` and what a store says and does. The only importer of MLflow.

:class:`harness.store.base.Store` is the seam: what is beyond it, SQLite, files, MLflow, is known in this room alone.
"""

from __future__ import annotations

from pathlib import Path

from harness.store.base import LOCK_TIMEOUT, Store
from harness.store.facts import Condition, RecordedRun, Registered, Server, StudySummary

__all__ = [
    "LOCK_TIMEOUT",
    "Condition",
    "RecordedRun",
    "Registered",
    "Server",
    "Store",
    "StudySummary",
    "open_store",
]


def open_store(where: str | Path | Store) -> Store:
    """Return the store at a place, or the one that is given. Nothing is read or made yet.

    Args:
        where: a folder, which need not be there.

    Raises:
        UsageError: if there can be no store at this place: an address of a server, say.
    """
    if not isinstance(where, (str, Path)):
        return where
    from harness.store.local.store import LocalStore

    return LocalStore(Path(where))
