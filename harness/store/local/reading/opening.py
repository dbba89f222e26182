"""The store's database, opened for reading; the tags of a run."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from harness.errors import UsageError
from harness.store.facts import Fault
from harness.store.local.database import DATABASE, check_store, is_unfinished
from harness.store.local.files.folder import nothing_here, require_folder
from harness.store.local.sqlite import connect_to_read, explain

_TAGS = "SELECT key, value FROM tags WHERE run_uuid = ?"


@contextlib.contextmanager
def open_database(store: Path) -> Iterator[sqlite3.Connection]:
    """Open the store's database for reading.

    Raises:
        UsageError: if there is none, or it cannot be read.
    """
    file = store / DATABASE
    if not file.exists():
        require_folder(store)
        raise nothing_here(store)
    try:
        with contextlib.closing(connect_to_read(file)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        check_store(store)
        if is_unfinished(file):
            raise UsageError(f"{file}: was left half-made, with nothing in it. `harness run` makes it anew.") from None
        raise explain(error, store) or error from None
    except OSError as error:
        raise explain(error, store) or error from None


def tags_of(connection: sqlite3.Connection, run_id: str) -> dict[str, str]:
    """Return the tags of a run that are text.

    Raises:
        Fault: if they are no UTF-8.
    """
    with of_this_run():
        return {key: value for key, value in connection.execute(_TAGS, (run_id,)) if isinstance(value, str)}


@contextlib.contextmanager
def of_this_run() -> Iterator[None]:
    """Turn text that cannot be decoded into a fault of the run that has it: the others can be read."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        raise Fault("its tags or metrics are no UTF-8 text") from None
