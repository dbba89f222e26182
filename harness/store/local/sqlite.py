"""SQLite files of a store: made whole or not at all, read whoever owns them, and what goes wrong in one sentence."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.errors import HarnessError, RunError, UsageError
from harness.store.base import LOCK_TIMEOUT
from harness.store.causes import causes

_AGAIN = "Then run the same command again: it goes on."


def connect_to_read(file: Path) -> sqlite3.Connection:
    """Connect to a database, which must exist, without the right to change it.

    In a folder that may not be written to, SQLite cannot make the files that it shares a database with others by. Where
    none are there, nobody writes: then it is read as a file that does not change.
    """
    alone = not os.access(file.parent, os.W_OK) and not _beside(file, "-wal") and not _beside(file, "-shm")
    mode = "mode=ro&immutable=1" if alone else "mode=ro"
    return sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True, timeout=LOCK_TIMEOUT)


def _beside(file: Path, suffix: str) -> bool:
    path = file.with_name(file.name + suffix)
    return path.exists() and path.stat().st_size > 0


def make_whole(file: Path, fill: Callable[[Path], None]) -> None:
    """Make a database under another name, and give it its own when it is done: a process killed in between leaves none.

    Args:
        file: where it is to be. What is there is replaced.
        fill: makes it at the place it is given, and closes it.
    """
    made = file.with_name(f".{file.name}.new")
    _remove(made)
    fill(made)
    with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # all of it is in the one file
    for suffix in ("-wal", "-shm", "-journal"):  # of another database of this name
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    made.replace(file)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def has_rows(file: Path, table: str) -> bool:
    """Whether a database has a table with a row in it.

    Raises:
        sqlite3.DatabaseError: if it is damaged.
    """
    with contextlib.closing(connect_to_read(file)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
        query = f'SELECT 1 FROM "{table}" LIMIT 1'
        return known is not None and connection.execute(query).fetchone() is not None


def use_write_ahead_log(file: Path, timeout: float = LOCK_TIMEOUT) -> None:
    """Let a database be read while it is written to; it remembers that.

    Raises:
        sqlite3.DatabaseError: if it is damaged, locked for longer than the timeout, or may not be written to.
    """
    with contextlib.closing(sqlite3.connect(file, timeout=timeout)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def settle_log(file: Path) -> None:
    """Bring what the write-ahead log holds into the database, if it can be: then the one file can be copied."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file, timeout=0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextlib.contextmanager
def in_words(store: Path, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Turn what databases and the file system raise in the block into one sentence.

    Args:
        store: the store's folder.
        timeout: seconds that locked databases were waited for.

    Raises:
        UsageError: if the store may not be read or written to.
        RunError: if it was locked, full, deleted, damaged or could not be reached.
    """
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        found = explain(error, store, timeout)
        if found is None:
            raise
        raise found from None


def explain(error: BaseException, store: Path, timeout: float = LOCK_TIMEOUT) -> HarnessError | None:
    """Return what an error means for the user; None if it is none of a database or of the file system.

    Args:
        error: what was raised; what it came from is looked at too, since MLflow and Optuna wrap it.
        store: the store's folder.
        timeout: seconds that locked databases were waited for.
    """
    for cause in causes(error):
        if isinstance(cause, sqlite3.Error):
            return _of_database(cause, store, timeout)
        if isinstance(cause, OSError) and cause.errno is not None:
            return _of_file_system(cause, store)
    return None


def _of_database(error: sqlite3.Error, store: Path, timeout: float) -> HarnessError:
    text = str(error)
    if not store.is_dir() or "no such table" in text or "READONLY_DBMOVED" in getattr(error, "sqlite_errorname", ""):
        return gone(store)
    if "locked" in text:
        return RunError(
            f"{store}: another process has kept its database locked for {timeout:g} seconds. End that process, or wait "
            f"longer with --lock-timeout. {_AGAIN}"
        )
    if "full" in text:
        return _full(store)
    if "unable to open" in text and _are_files_used_up():
        return _too_many_files()
    if "readonly" in text or "unable to open" in text:
        return not_allowed(store)
    if "malformed" in text or "not a database" in text:
        return RunError(f"{store}: a database in it is damaged: {text}. `harness doctor --store {store}` looks at it.")
    return RunError(f"{store}: its database cannot be used: {text}. `harness doctor --store {store}` looks at it.")


def _of_file_system(error: OSError, store: Path) -> HarnessError | None:
    place = str(error.filename2 or error.filename or store)  # of a copy, where to
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(Path(place))
    if error.errno == errno.EFBIG:
        return RunError(f"{place}: may not become that large (ulimit -f). Allow larger files. {_AGAIN}")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return not_allowed(Path(place))
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return _too_many_files()
    if not store.is_dir():
        return gone(store)
    if error.errno in (errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP):
        return RunError(f"{place}: cannot be used: {error.strerror}. Look at the disk it is on. {_AGAIN}")
    return None


def _are_files_used_up() -> bool:
    """Whether this process may open no more files: SQLite does not say why it could not."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def _too_many_files() -> RunError:
    return RunError(f"too many files are open at once (ulimit -n). Allow more, or take fewer --workers. {_AGAIN}")


def gone(store: Path) -> RunError:
    """Return the error for a store that was there and is no more."""
    return RunError(
        f"{store}: this store was deleted, moved or replaced while it was in use. Put it back and run the same command "
        "again, or begin with a new one."
    )


def not_allowed(place: Path) -> UsageError:
    """Return the error for a file or folder that may not be read or written to, with whose it is."""
    there = next((path for path in (place, *place.absolute().parents) if path.exists()), Path("/"))
    whose = there.stat().st_uid
    if whose != os.getuid():
        return UsageError(
            f"{place}: belongs to {_user(whose)}, and may not be used by {_user(os.getuid())} like this. Copy the "
            "store to a folder of your own and name that with --store, or ask for the rights."
        )
    return UsageError(
        f"{place}: may not be written to. Allow it (chmod), or copy the store to a folder that may be written to and "
        "name that with --store."
    )


def _user(number: int) -> str:
    try:
        return f"user {pwd.getpwuid(number).pw_name!r}"
    except KeyError:
        return f"user {number}"


def _full(place: Path) -> RunError:
    there = next((path for path in (place, *place.absolute().parents) if path.exists()), Path("/"))
    free = shutil.disk_usage(there).free / 1e6
    return RunError(
        f"{place}: no space is left on its disk or in your quota ({free:,.0f} MB free). Free some. {_AGAIN}"
    )
