"""Who may run a study: an advisory lock of PostgreSQL, which goes with the connection of its holder.

It needs a connection of its own from beginning to end: behind pgbouncer in transaction mode, which hands each
transaction to another one, there is no such thing. That is noticed, and said.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.errors import RunError, UsageError
from harness.store.profiles import Servers
from harness.store.server.patience import Patience
from harness.store.server.storage import opened_engine
from harness.store.server.words import is_away

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_KEY = "hashtextextended('harness: ' || :name, 0)"
_HELD = f"""
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32) | l.objid::bigint = {_KEY}
"""
_OWN = f"{_HELD} AND l.pid = pg_backend_pid()"
_PREFIX = "harness "


class StudyLock:
    """The right to run a study.

    Args:
        engine: of the database; makes connections that are ours alone.
        servers: which.
        name: of the study.
        patience: how long to wait for the database.
    """

    def __init__(self, engine: Engine, servers: Servers, name: str, patience: Patience) -> None:
        self._engine, self._servers, self._name, self._patience = engine, servers, name, patience
        self._connection: Connection | None = None
        self._lost: str | None = None

    def take(self) -> None:
        """Take the right.

        Raises:
            UsageError: if another process has it.
        """
        self.release()
        connection = self._connection = self._engine.connect()
        own = f"{_PREFIX}{socket.gethostname()[:40]} {os.getpid()}"
        for setting, value in (
            # the server, too, is to notice that the other side is gone; by itself it takes two hours
            ("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3"),
            ("application_name", own),
        ):  # fmt: skip
            connection.execute(
                _text("SELECT set_config(:setting, :value, false)"), {"setting": setting, "value": value}
            )
        if connection.execute(_text(f"SELECT pg_try_advisory_lock({_KEY})"), {"name": self._name}).scalar():
            return
        holder = connection.execute(_text(_HELD), {"name": self._name}).scalar()
        self.release()
        raise UsageError(
            f"study {self._name!r} is being run by {_who(holder)} already. "
            "Wait for it, or run under another name with --name."
        )

    def require_held(self) -> None:
        """Look that the right is still ours, and take it again after the database was started anew.

        Raises:
            RunError: if another process has it by now, or connections are not ours alone.
        """
        if self._lost is not None:
            raise RunError(self._lost)
        who = f"the database {self._servers.database}"
        self._patience.insist(who, self._look, is_away, self._take_again)

    def _look(self) -> None:
        assert self._connection is not None
        if self._connection.execute(_text(_OWN), {"name": self._name}).first() is None:
            self._lost = (
                f"the database {self._servers.database} no longer knows that this process runs {self._name!r}: its "
                "connections are shared, as by pgbouncer in transaction mode. Name the database itself in the profile."
            )
            raise RunError(self._lost)

    def _take_again(self) -> None:
        try:
            self.take()
        except UsageError as error:
            self._lost = f"the database was started anew, and {error}"
            raise RunError(self._lost) from None

    def release(self) -> None:
        """Give the right back, if it is held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # the database may be away: then the lock is, too
                connection.close()


@contextlib.contextmanager
def locked_study(servers: Servers, name: str, patience: Patience) -> Iterator[StudyLock]:
    """Hold the right to run a study for a block; it goes with this process, however that ends.

    Raises:
        UsageError: if another process has it.
    """
    from sqlalchemy.pool import NullPool

    with opened_engine(servers, poolclass=NullPool, isolation_level="AUTOCOMMIT") as engine:
        lock = StudyLock(engine, servers, name, patience)
        try:
            lock.take()
            yield lock
        finally:
            lock.release()


def is_running(connection: Connection, name: str) -> bool:
    """Whether some process holds the right to run a study."""
    return connection.execute(_text(_HELD), {"name": name}).first() is not None


def _who(holder: object) -> str:
    host, _, process = str(holder or "").removeprefix(_PREFIX).partition(" ")
    return f"process {process} on {host}" if process.isdecimal() else "another process"


def _text(query: str):  # type: ignore[no-untyped-def]
    from sqlalchemy import text

    return text(query)
