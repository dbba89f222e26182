"""Optuna's storage of a store in a folder: one SQLite file beside MLflow's."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.store.base import LOCK_TIMEOUT
from harness.store.local.sqlite import (
    connect_to_read,
    explain,
    has_rows,
    make_whole,
    use_write_ahead_log,
)

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

FILE = "optuna.db"


@contextlib.contextmanager
def opened_storage(store: Path, lock_timeout: float = LOCK_TIMEOUT) -> Iterator[RDBStorage]:
    """Open the storage in a store folder for a block, as :func:`open_storage` does, and close its connections."""
    storage = open_storage(store, lock_timeout)
    try:
        yield storage
    finally:
        _disconnect(storage)


def open_storage(store: Path, lock_timeout: float = LOCK_TIMEOUT) -> RDBStorage:
    """Open the storage in a store folder, making it if need be, in WAL mode.

    Args:
        store: the store's folder.
        lock_timeout: seconds to wait for another writer.

    Raises:
        UsageError: if the file is there but is no healthy storage of this version of Optuna, or may not be used.
        RunError: if it stays locked, or the disk is full.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    file = (store / FILE).resolve()
    try:
        if _is_unfinished(file):
            make_whole(file, _fill)
        use_write_ahead_log(file, lock_timeout)
        return _connect(file, lock_timeout)
    except (sqlite3.Error, SQLAlchemyError, StorageInternalError, RuntimeError, OSError) as error:
        if not _is_damage(error) and (found := explain(error, store, lock_timeout)) is not None:
            raise found from None
        raise UsageError(
            f"{file}: not a usable Optuna storage: {_first_line(error)}. "
            f"`harness doctor --repair --store {store}` makes it anew from what is recorded."
        ) from None


def _is_unfinished(file: Path) -> bool:
    """Whether the storage is missing, empty, or was left half-made: nothing was ever kept in it."""
    if not file.exists() or file.stat().st_size == 0:
        return True
    return not has_rows(file, "alembic_version") and not has_rows(file, "studies")


def _fill(file: Path) -> None:
    _disconnect(_connect(file, LOCK_TIMEOUT))


def _connect(file: Path, lock_timeout: float) -> RDBStorage:
    from optuna.storages import RDBStorage

    address = str(file).replace("{", "{{").replace("}", "}}")  # Optuna takes its URL for a template
    return RDBStorage(
        f"sqlite:///{address}",
        engine_kwargs={"connect_args": {"timeout": lock_timeout}},
        skip_compatibility_check=False,
    )


def _disconnect(storage: RDBStorage) -> None:
    storage.remove_session()
    storage.engine.dispose()


def _is_damage(error: BaseException) -> bool:
    return any(word in str(error) for word in ("malformed", "not a database", "no such table", "no such column"))


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def rename_studies(storage: RDBStorage, names: Mapping[str, str]) -> None:
    """Rename Optuna's studies, those there are, in one transaction and in this order; Optuna has no call for it.

    Args:
        storage: the store's.
        names: a study's name -> the one it gets.
    """
    from sqlalchemy import text

    with storage.engine.begin() as connection:
        for old, new in names.items():
            connection.execute(
                text("UPDATE studies SET study_name = :new WHERE study_name = :old"), {"new": new, "old": old}
            )


def study_names(storage: RDBStorage) -> list[str]:
    """Return the names of all of Optuna's studies."""
    import optuna

    return [str(name) for name in optuna.get_all_study_names(storage)]


def kept_numbers(store: Path) -> dict[str, set[int]]:
    """Return study -> numbers of the trials that Optuna has a result of, or holds open for one.

    Raises:
        sqlite3.Error: if the storage is damaged, or none.
    """
    with contextlib.closing(connect_to_read(store / FILE)) as connection:
        problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(problem)
        rows = connection.execute(
            """SELECT s.study_name, t.number FROM studies s JOIN trials t ON t.study_id = s.study_id
               WHERE t.state != 'FAIL'"""
        )
        known: dict[str, set[int]] = {}
        for name, number in rows:
            known.setdefault(name, set()).add(number)
    return known


def set_aside_storage(store: Path) -> Path:
    """Move a storage that is damaged out of the way, with what lies beside it; return where it is now.

    Raises:
        UsageError: if there is none.
    """
    file = store / FILE
    if not file.exists():
        raise UsageError(f"{file}: not found.")
    aside = store / f"{FILE}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    for suffix in ("-wal", "-shm", "-journal", ""):
        source = file.with_name(file.name + suffix)
        if source.exists():
            shutil.move(source, aside.with_name(aside.name + suffix))
    return aside
