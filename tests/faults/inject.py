"""Write boundaries of a process: counted, and one of them made to fail.

A boundary is a moment at which something is about to change on disk below a folder: SQLite commits, a file is opened
for writing, written to, renamed, removed, a folder is made or removed. ``kill`` ends the process there, after half of
the bytes where bytes are written; ``enospc`` and ``eio`` make the call fail as a full and as a broken disk do.

Audit hooks see the file system, a subclass of ``io.FileIO`` the writes, subclasses of SQLite's connection and cursor
the commits: SQLAlchemy wraps what they raise as it wraps SQLite's own errors.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote

KINDS = ("kill", "enospc", "eio")
NEED_NO_SPACE = frozenset({"unlink", "rmdir", "chmod"})
"""Kinds of boundaries that a full disk does not make fail."""

_ERRNO = {"enospc": errno.ENOSPC, "eio": errno.EIO}
_SQLITE = {
    "enospc": ("database or disk is full", "SQLITE_FULL", sqlite3.SQLITE_FULL),
    "eio": ("disk I/O error", "SQLITE_IOERR_WRITE", sqlite3.SQLITE_IOERR_WRITE),
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_AUDITED = {
    "os.mkdir": ("mkdir", 0),
    "os.rename": ("rename", 1),
    "os.remove": ("unlink", 0),
    "os.rmdir": ("rmdir", 0),
    "os.link": ("link", 1),
    "os.symlink": ("link", 1),
    "os.truncate": ("truncate", 0),
    "os.chmod": ("chmod", 0),
}
"""Audit event -> kind of boundary, and which of its arguments is the path that changes. A replace is a rename."""

_SCHEMA = {"CREATE", "DROP", "ALTER", "VACUUM", "REINDEX", "ANALYZE"}
_ROWS = {"INSERT", "UPDATE", "DELETE", "REPLACE"}


class Boundary(NamedTuple):
    """One write boundary.

    Attributes:
        kind: commit, open, write, mkdir, rename, unlink, rmdir, link, truncate, chmod or backup.
        what: the file, relative to the folder watched.
        place: file and line of the nearest frame of the harness.
    """

    kind: str
    what: str
    place: str


class Injector:
    """Counts the boundaries of this process below a folder; at one of them, or from it on, it strikes.

    Args:
        root: the folder.
        at: the number of the boundary, from 1; 0 only counts.
        fault: one of :data:`KINDS`.
        lasting: whether every later boundary fails too, as on a disk that stays full.
        where: instead of all boundaries, count those alone whose kind and place contain this.
    """

    def __init__(
        self, root: Path, at: int = 0, fault: str = "kill", lasting: bool = False, where: str | None = None
    ) -> None:
        self.root = f"{root.resolve()}{os.sep}"
        self.at, self.fault, self.lasting, self.where = at, fault, lasting, where
        self.counted = 0
        self.seen: list[Boundary] = []
        self.suspended = False
        self.process = os.getpid()

    def install(self) -> None:
        """Watch from now on; there is no way back, so that this is done in a process of its own."""
        global _active
        _active = self
        sys.addaudithook(self._audit)
        io.open = builtins.open = _open  # type: ignore[assignment]
        os.sendfile = _sendfile  # type: ignore[assignment]
        os.write = _write  # type: ignore[assignment]
        sqlite3.connect = sqlite3.dbapi2.connect = _connect  # type: ignore[assignment]

    @contextmanager
    def off(self) -> Iterator[None]:
        """Take no notice: of what another process would do."""
        before, self.suspended = self.suspended, True
        try:
            yield
        finally:
            self.suspended = before

    def inside(self, path: Any) -> str | None:
        """Return a path relative to the folder watched; None if it lies elsewhere."""
        try:
            full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  no links to be followed
        except TypeError:  # a descriptor
            return None
        return full[len(self.root) :] if full.startswith(self.root) else None

    def reach(self, kind: str, what: str) -> bool:
        """Note a boundary; return whether it is one to fail."""
        if self.suspended or os.getpid() != self.process:
            return False
        boundary = Boundary(kind, what, _place())
        self.seen.append(boundary)
        if self.where is not None and self.where not in f"{kind} {boundary.place}":
            return False
        self.counted += 1
        if self.fault == "enospc" and kind in NEED_NO_SPACE:
            return False
        return self.counted == self.at or (self.lasting and self.counted > self.at > 0)

    def strike(self, path: str) -> NoReturn:
        """Fail as the file system does."""
        if self.fault == "kill":
            die()
        number = _ERRNO[self.fault]
        raise OSError(number, os.strerror(number), path)

    def strike_database(self, connection: sqlite3.Connection) -> NoReturn:
        """Fail as SQLite does: what was not committed is rolled back."""
        if self.fault == "kill":
            die()
        text, name, code = _SQLITE[self.fault]
        if connection.in_transaction:
            connection.rollback()
        error = sqlite3.OperationalError(text)
        error.sqlite_errorname, error.sqlite_errorcode = name, code
        raise error

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & _WRITES or isinstance(path, int):
                return
            kind = "open"
        elif event in _AUDITED:
            kind, which = _AUDITED[event]
            path = arguments[which]
            folder = arguments[-1] if event in ("os.remove", "os.rmdir", "os.mkdir") else -1
            if isinstance(folder, int) and folder >= 0 and not os.path.isabs(path):  # noqa: PTH117
                path = f"{os.readlink(f'/proc/self/fd/{folder}')}/{os.fsdecode(path)}"  # noqa: PTH115
        else:
            return
        what = self.inside(path)
        if what is not None and self.reach(kind, what):
            self.strike(os.fsdecode(path))


_active: Injector
_real_open, _real_connect, _real_sendfile, _real_write = open, sqlite3.connect, os.sendfile, os.write


def die() -> NoReturn:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")


def _place() -> str:
    """Return where in the harness this happens, and in which of the libraries it calls."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if "/harness/" in name and "/site-packages/" not in name:
            return f"harness/{name.rpartition('/harness/')[2]}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "?"


class _File(io.FileIO):
    """A file whose writes are boundaries; a process that dies while it writes leaves half of the bytes."""

    def write(self, data: Any) -> int:
        what = _active.inside(self.name)
        if what is not None and _active.reach("write", what):
            if _active.fault == "kill":
                super().write(bytes(data)[: len(data) // 2])
            _active.strike(os.fsdecode(self.name))
        return super().write(data)


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    if isinstance(file, int) or not set(mode) & set("wax+") or _active.inside(file) is None:
        return _real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    raw = _File(file, mode.replace("b", "").replace("t", ""), closefd, opener)
    if buffering == 0:
        return raw
    buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
    if "b" in mode:
        return buffered
    text = io.TextIOWrapper(buffered, encoding, errors, newline)
    text.mode = mode
    return text


def _descriptor_write(descriptor: int) -> None:
    path = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
    what = _active.inside(path) if path.startswith(os.sep) else None  # else a pipe or the like
    if what is not None and _active.reach("write", what):
        _active.strike(path)


def _write(descriptor: int, data: Any) -> int:
    _descriptor_write(descriptor)
    return _real_write(descriptor, data)


def _sendfile(out_fd: int, in_fd: int, offset: int | None, count: int) -> int:
    if offset is None or offset < os.fstat(in_fd).st_size:  # at the end, shutil asks once more
        _descriptor_write(out_fd)
    return _real_sendfile(out_fd, in_fd, offset, count)


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._before(sql)
        return super().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._before(sql)
        return super().executemany(sql, *values)

    def executescript(self, sql: str) -> sqlite3.Cursor:
        self.connection._before_commit()
        return super().executescript(sql)

    def _before(self, sql: str) -> None:
        """Find statements that commit by themselves: schemas outside of a transaction, and COMMIT in words."""
        connection = self.connection
        word = sql.lstrip().partition(" ")[0].rstrip(";").upper()
        alone = word in _SCHEMA or (word in _ROWS and connection.isolation_level is None)
        alone = alone or (word == "PRAGMA" and "journal_mode" in sql and "=" in sql)
        if (alone and not connection.in_transaction) or (word in ("COMMIT", "END") and connection.in_transaction):
            connection._before_commit()


class _Connection(sqlite3.Connection):
    """A connection whose commits are boundaries."""

    what: str | None = None

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.cursor().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.cursor().executemany(sql, *values)

    def executescript(self, sql: str) -> sqlite3.Cursor:
        return self.cursor().executescript(sql)

    def commit(self) -> None:
        if self.in_transaction:
            self._before_commit()
        super().commit()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> Any:
        if kind is None and self.in_transaction:
            self._before_commit()
        return super().__exit__(kind, error, traceback)

    def backup(self, target: sqlite3.Connection, **options: Any) -> None:
        if isinstance(target, _Connection):
            target._before_commit("backup")
        super().backup(target, **options)

    def _before_commit(self, kind: str = "commit") -> None:
        if self.what is not None and _active.reach(kind, self.what):
            _active.strike_database(self)


def _connect(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
    options.setdefault("factory", _Connection)
    connection = _real_connect(database, *arguments, **options)
    if isinstance(connection, _Connection):
        name = os.fsdecode(database)
        path = unquote(name.removeprefix("file:").removeprefix("//").partition("?")[0]) if ":" in name else name
        connection.what = _active.inside(path) if path else None
    return connection
