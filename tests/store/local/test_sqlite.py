"""Databases are made whole or not at all, and what goes wrong with them is one sentence."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3

import pytest

from harness.errors import RunError, UsageError
from harness.store.local.sqlite import connect_to_read, explain, has_rows, in_words, make_whole, use_write_ahead_log

OTHER = 65534
"""Another user's number: that of nobody."""


def fill(file):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (n)")
        connection.execute("INSERT INTO t VALUES (7)")
        connection.commit()


class TestMaking:
    def test_it_has_its_name_when_it_is_done_and_all_is_in_the_one_file(self, tmp_path):
        seen = []

        def watched(file):
            fill(file)
            seen.append((tmp_path / "x.db").exists())

        make_whole(tmp_path / "x.db", watched)
        assert seen == [False]
        assert [path.name for path in tmp_path.iterdir()] == ["x.db"]
        assert has_rows(tmp_path / "x.db", "t")
        assert not has_rows(tmp_path / "x.db", "u")

    def test_one_that_was_broken_off_leaves_none_and_the_next_begins_anew(self, tmp_path):
        def broken(file):
            fill(file)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            make_whole(tmp_path / "x.db", broken)
        assert not (tmp_path / "x.db").exists()
        make_whole(tmp_path / "x.db", fill)
        assert has_rows(tmp_path / "x.db", "t")
        assert [path.name for path in tmp_path.iterdir()] == ["x.db"]

    def test_the_log_of_an_earlier_database_is_not_read_into_the_new_one(self, tmp_path):
        (tmp_path / "x.db").write_bytes(b"")
        (tmp_path / "x.db-wal").write_bytes(b"of another")
        make_whole(tmp_path / "x.db", fill)
        assert has_rows(tmp_path / "x.db", "t")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
class TestOthers:
    def read(self, store):
        """Read as another user, in a process of its own: what it read, or the error that it got."""
        for folder in (store, *store.parents[:3]):
            folder.chmod(0o755)
        here, there = os.pipe()
        if not (child := os.fork()):
            os.setuid(OTHER)
            try:
                with in_words(store), contextlib.closing(connect_to_read(store / "x.db")) as connection:
                    said = str(connection.execute("SELECT n FROM t").fetchall())
            except BaseException as error:
                said = f"{type(error).__name__} {error}"
            os.write(there, said.encode())
            os._exit(0)
        os.waitpid(child, 0)
        return os.read(here, 10_000).decode()

    def test_another_users_store_is_read_without_the_files_that_sqlite_would_make(self, tmp_path):
        make_whole(tmp_path / "x.db", fill)
        use_write_ahead_log(tmp_path / "x.db")
        (tmp_path / "x.db").chmod(0o644)
        assert self.read(tmp_path) == "[(7,)]"
        assert [path.name for path in tmp_path.iterdir()] == ["x.db"]

    def test_one_that_may_not_be_read_is_named_with_its_owner(self, tmp_path):
        make_whole(tmp_path / "x.db", fill)
        (tmp_path / "x.db").chmod(0o600)
        said = self.read(tmp_path)
        assert said.startswith(f"UsageError {tmp_path}")
        assert "belongs to user 'root'" in said
        assert "Copy the store to a folder of your own" in said


class TestWords:
    @pytest.mark.parametrize(
        ("error", "kind", "words"),
        [
            (sqlite3.OperationalError("database is locked"), RunError, r"locked for 60 seconds.*--lock-timeout"),
            (
                sqlite3.OperationalError("database or disk is full"),
                RunError,
                r"no space is left .* MB free\)\. Free some",
            ),
            (OSError(errno.ENOSPC, "No space left on device"), RunError, "no space is left"),
            (OSError(errno.EDQUOT, "Disk quota exceeded"), RunError, "no space is left"),
            (sqlite3.OperationalError("attempt to write a readonly database"), UsageError, "may not be written to"),
            (OSError(errno.EROFS, "Read-only file system"), UsageError, "may not be written to"),
            (sqlite3.OperationalError("disk I/O error"), RunError, "cannot be used: disk I/O error"),
            (OSError(errno.EIO, "Input/output error"), RunError, "Look at the disk"),
            (sqlite3.DatabaseError("database disk image is malformed"), RunError, "is damaged: .*harness doctor"),
            (sqlite3.OperationalError("no such table: runs"), RunError, "deleted, moved or replaced"),
            (OSError(errno.EMFILE, "Too many open files"), RunError, "ulimit -n"),
        ],
    )
    def test_what_happened_and_what_to_do(self, tmp_path, error, kind, words):
        found = explain(error, tmp_path)
        assert type(found) is kind
        assert len(str(found).splitlines()) == 1
        with pytest.raises(kind, match=words), in_words(tmp_path):
            raise error

    def test_of_what_mlflow_and_optuna_wrap(self, tmp_path):
        def wrapped():
            try:
                raise sqlite3.OperationalError("database is locked")
            except sqlite3.Error as inner:
                raise RuntimeError("session") from inner

        with pytest.raises(RunError, match="locked for 5 seconds"), in_words(tmp_path, 5):
            wrapped()

    def test_what_is_no_matter_of_databases_is_raised_as_it_is(self, tmp_path):
        with pytest.raises(ZeroDivisionError), in_words(tmp_path):
            _ = 1 / 0
        with pytest.raises(UsageError, match="mine"), in_words(tmp_path):
            raise UsageError("mine")

    def test_a_store_that_is_gone(self, tmp_path):
        with pytest.raises(RunError, match="deleted, moved or replaced"), in_words(tmp_path / "gone"):
            raise sqlite3.OperationalError("disk I/O error")


def test_reading_waits_for_no_writer(tmp_path):
    fill(tmp_path / "x.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with contextlib.closing(connect_to_read(tmp_path / "x.db")) as reader:
            assert reader.execute("SELECT n FROM t").fetchall() == [(7,)]
