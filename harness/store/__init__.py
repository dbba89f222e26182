"""Where studies are recorded: :func:`open_store` and what a store says and does. The only importer of MLflow.

:class:`harness.store.base.Store` is the seam: what is beyond it, SQLite, PostgreSQL, files, MLflow, is known in this
room alone.
"""

from __future__ import annotations

from pathlib import Path

from harness.store.aside import name_before
from harness.store.base import LOCK_TIMEOUT, Store
from harness.store.facts import Condition, DeletedStudy, RecordedRun, Registered, Server, StudySummary
from harness.store.images import RecordedImages
from harness.store.profiles import default_store, is_address, servers_of

__all__ = [
    "LOCK_TIMEOUT",
    "Condition",
    "DeletedStudy",
    "RecordedImages",
    "RecordedRun",
    "Registered",
    "Server",
    "Store",
    "StudySummary",
    "default_store",
    "is_address",
    "name_before",
    "open_store",
]


def open_store(where: str | Path | Store) -> Store:
    """Return the store at a place, or the one that is given. Nothing is read or made there yet.

    Args:
        where: a folder, which need not be there; or, as text, a profile in ``harness.toml`` (the nearest from the
            working directory up) or the address of a tracking server that one of its profiles has.

    Raises:
        UsageError: if there can be no store at this place: an address without a profile, say.
    """
    if not isinstance(where, (str, Path)):
        return where
    if isinstance(where, str) and (servers := servers_of(where)) is not None:
        from harness.store.server.store import ServerStore

        return ServerStore(servers)
    from harness.store.local.store import LocalStore

    return LocalStore(Path(where))
