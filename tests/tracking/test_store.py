from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from harness.errors import UsageError
from harness.tracking import DATABASE, check_store, is_running, lock_study, open_client, summaries


def test_the_database_is_in_wal_mode(store):
    client = open_client(store)
    client.create_experiment("x", artifact_location=str(store))
    with sqlite3.connect(store / DATABASE) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_second_new_store_is_made_from_a_copy_and_is_as_good_as_the_first(tmp_path, monkeypatch):
    template = tmp_path / "cache" / "template.db"
    monkeypatch.setattr("harness.tracking.store._template", lambda: template)
    schemas = []
    for name in ("first", "second"):
        store = tmp_path / name
        client = open_client(store)
        assert template.exists()
        client.create_experiment("x", artifact_location=str(store))
        assert sorted(found.name for found in client.search_experiments()) == ["Default", "x"]
        with sqlite3.connect(store / DATABASE) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            schemas.append(sorted(row[0] or "" for row in connection.execute("SELECT sql FROM sqlite_master")))
            assert connection.execute("SELECT COUNT(*) FROM alembic_version").fetchone() == (1,)
    assert schemas[0] == schemas[1]
    with sqlite3.connect(template) as connection:
        assert connection.execute("SELECT COUNT(*) FROM experiments").fetchone() == (0,), "it names no place"


def test_a_damaged_database_is_named(store):
    (store / DATABASE).write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(UsageError, match=r"mlflow\.db: a damaged MLflow database: file is not a database\. Put"):
        check_store(store)


def test_one_process_at_a_time_runs_a_study(store):
    with lock_study(store, "x"):
        with lock_study(store, "y"):
            pass
        with pytest.raises(UsageError, match=r"study 'x' is being run by process \d+ already"), lock_study(store, "x"):
            pass


def test_two_studies_may_make_a_new_store_at_the_same_moment(tmp_path):
    code = (
        "import pathlib, sys; from harness import tracking; from harness.plan import open_storage\n"
        "store = pathlib.Path(sys.argv[1])\n"
        "with tracking.lock_store(store): open_storage(store), tracking.open_client(store)"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new")]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    check_store(tmp_path / "new")
    assert summaries(tmp_path / "new") == []


@pytest.mark.parametrize("name", ["a#b", "a?b", "a%41"])
def test_a_folder_that_database_addresses_cannot_name_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="its path must not contain"):
        open_client(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be made: .*Choose another folder"):
        open_client(tmp_path / "file" / "store")


def test_asking_whether_a_study_runs_takes_nothing(store):
    assert not is_running(store, "x")
    with lock_study(store, "x"):
        assert is_running(store, "x")
    assert not is_running(store, "x")


def test_a_killed_process_leaves_no_lock(store):
    code = (
        "import os, pathlib, sys; from harness.tracking import lock_study\n"
        "with lock_study(pathlib.Path(sys.argv[1]), 'x'): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store)], check=False)
    assert done.returncode == -9
    with lock_study(store, "x"):
        pass
