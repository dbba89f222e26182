"""Where the store lies, and how it is opened."""

from __future__ import annotations

import contextlib
import importlib.metadata
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from platformdirs import user_cache_path

from harness.errors import UsageError
from harness.store.base import LOCK_TIMEOUT
from harness.store.local.files.folder import make_store
from harness.store.local.files.places import settle
from harness.store.local.sqlite import (
    connect_to_read,
    has_rows,
    in_words,
    make_whole,
    use_write_ahead_log,
)
from harness.store.quiet import quiet_mlflow

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient
    from sqlalchemy import Engine

DATABASE = "mlflow.db"

_READY = "logged_model_tags"
"""A table that MLflow's migrations make late: a database without it, and without runs, was never finished."""


def store_uri(store: Path) -> str:
    """Return MLflow's tracking URI of a store folder."""
    return f"sqlite:///{(store / DATABASE).resolve()}"


@contextlib.contextmanager
def opened_client(store: Path, lock_timeout: float = LOCK_TIMEOUT) -> Iterator[MlflowClient]:
    """Open the store in a folder for a block, as :func:`open_client` does, and close its connections."""
    client = open_client(store, lock_timeout)
    try:
        yield client
    finally:
        _engine(_own_uri(store, lock_timeout), store).dispose()


def open_client(store: Path, lock_timeout: float = LOCK_TIMEOUT) -> MlflowClient:
    """Open the store in a folder, creating it if need be, in WAL mode.

    A store that was moved or copied has its new place recorded first. The caller holds the store's lock where another
    process may do the same.

    Args:
        store: the store's folder.
        lock_timeout: seconds to wait for a database that another process has locked.

    Raises:
        UsageError: if its database is damaged, was made by another version of MLflow, or may not be written to.
        RunError: if the database stays locked, or the disk is full.
    """
    make_store(store)
    check_store(store)
    with quiet_mlflow, in_words(store, lock_timeout):
        file = store / DATABASE
        if is_unfinished(file) or _is_cut_off(file):
            make_whole(file, _fill)
        use_write_ahead_log(file, lock_timeout)
        settle(store, file, lock_timeout)
        return _connect(store, lock_timeout)


def _own_uri(store: Path, lock_timeout: float) -> str:
    """Return an address that MLflow keeps connections by which nobody else uses: what is set up there is ours alone."""
    return f"{store_uri(store)}?timeout={lock_timeout}"


def _connect(store: Path, lock_timeout: float) -> MlflowClient:
    """Return MLflow's client of a store whose database is made."""
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    uri = _own_uri(store, lock_timeout)
    try:
        _prepare(_engine(uri, store), lock_timeout)
    except MlflowException as error:
        if "out-of-date database schema" not in str(error):
            raise
        raise UsageError(
            f"{store / DATABASE}: was made by another version of MLflow than {importlib.metadata.version('mlflow')}. "
            f"Upgrade it, after a backup: mlflow db upgrade {store_uri(store)}"
        ) from None
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _engine(uri: str, store: Path) -> Engine:
    """Return SQLAlchemy's engine of a database, of which MLflow keeps one for each address."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    make: Any = SqlAlchemyStore  # MLflow's has no types
    engine: Engine = make(uri, (store / "artifacts").resolve().as_uri()).engine
    return engine


def _prepare(engine: Engine, lock_timeout: float) -> None:
    """Set up the connections of a store: the timeout, a larger cache, and a sync at checkpoints alone.

    SQLite's own cache of 2 MB is outgrown by a thousand trials. In WAL mode a killed process loses nothing without a
    sync at every commit; only a machine that loses power may lose the last of them, and the store stays whole.

    Args:
        engine: ours alone; set up once, for MLflow keeps it for as long as the process lives.
        lock_timeout: seconds to wait for a lock. MLflow sets its own at the begin of every session, 20 seconds, which
            is put right here.
    """
    from sqlalchemy import event

    if engine in _prepared:
        return
    timeout = f"PRAGMA busy_timeout = {round(1000 * lock_timeout)}"

    def connect(connection: Any, record: object) -> None:  # noqa: ARG001
        connection.execute("PRAGMA cache_size=-131072")  # KiB
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(timeout)

    def execute(*call: Any) -> tuple[str, object]:
        _, _, statement, parameters, *_ = call
        return (timeout if statement.startswith("PRAGMA busy_timeout") else statement), parameters

    event.listen(engine, "connect", connect)
    event.listen(engine, "before_cursor_execute", execute, named=False, retval=True)
    _prepared.add(engine)
    engine.dispose()  # those that it has already are not set up


_prepared: WeakSet[Engine] = WeakSet()
"""Engines of ours that are set up."""


def is_unfinished(file: Path) -> bool:
    """Whether a store's MLflow database is missing, empty, or was left half-made: nothing was ever recorded in it.

    Raises:
        sqlite3.DatabaseError: if it is damaged.
    """
    if not file.exists() or file.stat().st_size == 0:
        return True
    with contextlib.closing(connect_to_read(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    halfway = _READY not in tables or any(name.startswith("_alembic_tmp_") for name in tables)
    return halfway and not has_rows(file, "runs")


def _is_cut_off(file: Path) -> bool:
    """Whether a process was killed in the last of MLflow's migrations: an empty database of another version."""
    if has_rows(file, "runs"):
        return False
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".compared-") as folder:
        fresh = Path(folder) / file.name
        _fill(fresh)
        return _version(file) != _version(fresh)


def _version(file: Path) -> str | None:
    with contextlib.closing(connect_to_read(file)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def _fill(file: Path) -> None:
    """Make a database with MLflow's empty tables: a copy of one made before, for its fifty migrations take seconds."""
    template = template_file()
    if template.exists():
        shutil.copy(template, file)
        with contextlib.suppress(sqlite3.DatabaseError):
            if not is_unfinished(file):
                return
        file.unlink()  # a template that is damaged
    _migrate(file)
    with contextlib.suppress(OSError, sqlite3.Error):  # no cache folder, no template
        _keep_template(file, template)


def _migrate(file: Path) -> None:
    """Make a database by MLflow's migrations, without the one experiment that it adds, which names a place."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    make: Any = SqlAlchemyStore
    make(f"sqlite:///{file.resolve()}", (file.parent / "artifacts").resolve().as_uri()).engine.dispose()
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("DELETE FROM experiments")


def template_file() -> Path:
    """Return where a database with MLflow's empty tables is kept."""
    return user_cache_path("cnn-harness") / f"mlflow-{importlib.metadata.version('mlflow')}.db"


def _keep_template(made: Path, template: Path) -> None:
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=template.parent) as folder:
        copy = Path(folder) / "new.db"
        shutil.copy(made, copy)
        copy.replace(template)  # whole or not at all


def check_store(store: Path, thorough: bool = False) -> None:
    """Check that the store's database, if there is one, can be read.

    Args:
        store: the store's folder.
        thorough: read every page of it, not only the table of contents; takes seconds for a large store.

    Raises:
        UsageError: naming the file, if it is damaged or may not be read.
    """
    file = store / DATABASE
    with in_words(store):
        if not file.exists() or file.stat().st_size == 0:
            return
        try:
            with contextlib.closing(connect_to_read(file)) as connection:
                connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
                problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if thorough else "ok"
        except sqlite3.DatabaseError as error:
            problem = _damage(error)
            if problem is None:
                raise
    if problem != "ok":
        raise UsageError(
            f"{file}: a damaged MLflow database: {problem}. Put back a copy of it, or name a new store with --store; "
            "reports can be built from the Parquet files beside them."
        )


def _damage(error: sqlite3.DatabaseError) -> str | None:
    """Return what is damaged; None if the file is whole, and something else went wrong."""
    text = str(error)
    return text if "malformed" in text or "not a database" in text or "file is encrypted" in text else None
