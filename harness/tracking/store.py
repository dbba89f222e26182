"""Where the store lies, how it is opened, and who may write to a study."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from harness.errors import UsageError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

DATABASE = "mlflow.db"


def store_uri(store: Path) -> str:
    """Return MLflow's tracking URI of a store folder."""
    return f"sqlite:///{(store / DATABASE).resolve()}"


def open_client(store: Path) -> MlflowClient:
    """Open the store in a folder, creating it if need be, in WAL mode and with telemetry off.

    Raises:
        UsageError: if its database is damaged.
    """
    make_store(store)
    check_store(store)
    template = _template()
    is_new = not (store / DATABASE).exists()
    if is_new and template.exists():
        copy = store / f".{DATABASE}.new"
        shutil.copy(template, copy)
        copy.replace(store / DATABASE)  # whole or not at all
    with contextlib.closing(sqlite3.connect(store / DATABASE, timeout=60)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from mlflow.tracking import MlflowClient
    from sqlalchemy import Engine, event

    if not event.contains(Engine, "connect", _prepare_connection):
        event.listen(Engine, "connect", _prepare_connection)
    client = MlflowClient(tracking_uri=store_uri(store))
    client.search_experiments(max_results=1)  # makes the tables now, while the caller holds the store's lock
    if is_new and not template.exists():
        with contextlib.suppress(OSError, sqlite3.Error):  # no cache folder, no template
            _keep_template(store, template)
    return client


def _prepare_connection(connection: Any, record: object) -> None:  # noqa: ARG001  SQLAlchemy passes both
    """Give SQLite a cache that holds a large store's indices, and let it sync at checkpoints.

    SQLite's own 2 MB are outgrown by a thousand trials. In WAL mode a killed process loses nothing without a sync at
    every commit; only a machine that loses power may lose the last of them, and the store stays whole.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA cache_size=-131072")  # KiB
        connection.execute("PRAGMA synchronous=NORMAL")


def _template() -> Path:
    """Return where a database with MLflow's empty tables is kept: its fifty migrations take seconds."""
    return user_cache_path("cnn-harness") / f"mlflow-{importlib.metadata.version('mlflow')}.db"


def _keep_template(store: Path, template: Path) -> None:
    """Keep a copy of a database that was just made, without the one experiment in it, which names the store's place."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=template.parent) as folder:
        copy = Path(folder) / "new.db"
        with (
            contextlib.closing(connect_to_read(store)) as source,
            contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            source.backup(target)
            target.execute("DELETE FROM experiments")
            target.execute("PRAGMA journal_mode=DELETE")
        copy.replace(template)  # whole or not at all


def check_store(store: Path, thorough: bool = False) -> None:
    """Check that the store's database, if there is one, can be read.

    Args:
        store: the store's folder.
        thorough: read every page of it, not only the table of contents; takes seconds for a large store.

    Raises:
        UsageError: naming the file, if it is damaged.
    """
    file = store / DATABASE
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        with contextlib.closing(connect_to_read(store)) as connection:
            connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if thorough else "ok"
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem != "ok":
        raise UsageError(
            f"{file}: not a usable MLflow database: {problem}. Move the folder {store} away and run again; "
            "reports can be rebuilt from the Parquet files beside them."
        )


def connect_to_read(store: Path) -> sqlite3.Connection:
    """Connect to the store's database, which must exist, without the right to change it."""
    return sqlite3.connect(f"{(store / DATABASE).resolve().as_uri()}?mode=ro", uri=True, timeout=60)


def make_store(store: Path) -> None:
    """Make the store's folder if need be.

    Raises:
        UsageError: if it cannot be made, or has a character that database addresses cannot have.
    """
    bad = sorted(set("?#%") & set(str(store.resolve())))
    if bad:
        raise UsageError(f"--store {store}: its path must not contain {' '.join(bad)}. Choose another folder.")
    try:
        (store / "locks").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--store {store}: cannot be made: {error.strerror}. Choose another folder.") from None


@contextlib.contextmanager
def lock_store(store: Path) -> Iterator[None]:
    """Hold the right to make or upgrade the store's databases, waiting for it: two at once would break them."""
    make_store(store)
    with (store / "locks" / ".store.lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_running(store: Path, name: str) -> bool:
    """Whether some process holds the right to run a study."""
    file = store / "locks" / f"{name}.lock"
    if not file.exists():
        return False
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextlib.contextmanager
def lock_study(store: Path, name: str) -> Iterator[None]:
    """Hold the right to run a study; the operating system frees it even if the process is killed.

    Raises:
        UsageError: if another process holds it.
    """
    make_store(store)
    with (store / "locks" / f"{name}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise UsageError(
                f"study {name!r} is being run by process {file.read().strip() or 'unknown'} already. "
                "Wait for it, or run under another name with --name."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
