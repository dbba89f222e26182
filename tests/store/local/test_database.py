from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
import time

import pytest

from harness.driver import run_study
from harness.errors import RunError, UsageError
from harness.results import load_results
from harness.store.local.database import DATABASE, check_store, open_client
from harness.store.local.files.locks import is_running, lock_store, lock_study
from harness.store.local.reading.overview import summaries
from harness.store.local.sqlite import in_words
from tests.conftest import ScriptedLauncher, make_result


def test_the_database_is_in_wal_mode(store):
    client = open_client(store)
    client.create_experiment("x", artifact_location=str(store))
    with sqlite3.connect(store / DATABASE) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_second_new_store_is_made_from_a_copy_and_is_as_good_as_the_first(tmp_path, monkeypatch):
    template = tmp_path / "cache" / "template.db"
    monkeypatch.setattr("harness.store.local.database.template_file", lambda: template)
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


@pytest.mark.slow
def test_two_studies_may_make_a_new_store_at_the_same_moment(tmp_path):
    code = (
        "import pathlib, sys; from harness.store.local.hold import held\n"
        "store = pathlib.Path(sys.argv[1])\n"
        "with held(store, sys.argv[2]): pass"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new"), name]) for name in "ab"]
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
        "import os, pathlib, sys; from harness.store.local.files.locks import lock_study\n"
        "with lock_study(pathlib.Path(sys.argv[1]), 'x'): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store)], check=False)
    assert done.returncode == -9
    with lock_study(store, "x"):
        pass


def tables(store):
    with sqlite3.connect(store / DATABASE) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("how", ["empty", "first tables", "in a migration", "before the last migrations"])
def test_a_database_that_was_left_half_made_is_made_anew(store, how):
    complete = tables(store)
    file = store / DATABASE
    if how == "empty":
        file.write_bytes(b"")
    else:
        with sqlite3.connect(file) as connection:
            if how == "first tables":
                for name in complete - {"experiments", "runs", "tags", "params", "metrics", "sqlite_sequence"}:
                    connection.execute(f'DROP TABLE "{name}"')
            elif how == "in a migration":
                connection.execute("CREATE TABLE _alembic_tmp_jobs (id INTEGER)")
            else:
                connection.execute("UPDATE alembic_version SET version_num = '0584bdc529eb'")
    assert summaries(store) == []
    client = open_client(store)
    client.create_experiment("x", artifact_location=str(store))
    assert tables(store) == complete


def test_a_database_of_another_version_of_mlflow_with_runs_in_it_is_kept(store):
    client = open_client(store)
    client.create_run(client.create_experiment("x", artifact_location=str(store)))
    with sqlite3.connect(store / DATABASE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0584bdc529eb'")
    with pytest.raises(UsageError, match=r"another version of MLflow than .*mlflow db upgrade sqlite:///"):
        open_client(store)
    with sqlite3.connect(store / DATABASE) as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone() == (1,)


def test_a_template_that_is_damaged_is_not_used(tmp_path, monkeypatch):
    template = tmp_path / "cache" / "template.db"
    monkeypatch.setattr("harness.store.local.database.template_file", lambda: template)
    open_client(tmp_path / "first")
    template.write_bytes(template.read_bytes()[:100] + b"x" * 5000)
    open_client(tmp_path / "second")
    assert tables(tmp_path / "first") == tables(tmp_path / "second")


def test_a_database_locked_by_another_process_is_waited_for_and_then_said(store):
    client = open_client(store, lock_timeout=0.3)
    holder = sqlite3.connect(store / DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(RunError, match=r"kept its database locked for 0\.3 seconds"), in_words(store, 0.3):
        client.create_experiment("x", artifact_location=str(store))
    assert 0.3 <= time.monotonic() - began < 10, "and not the 20 seconds that MLflow sets"
    holder.execute("ROLLBACK")
    client.create_experiment("x", artifact_location=str(store))
    holder.close()


def test_who_makes_the_databases_is_waited_for(store):
    said = rf"process {os.getpid()} has been making its databases for 0.2"
    with lock_store(store), pytest.raises(RunError, match=said), lock_store(store, timeout=0.2):
        pass


def test_a_number_of_an_earlier_process_is_not_named(store):
    (store / "locks").mkdir()
    (store / "locks" / "x.lock").write_text("no number")
    with (store / "locks" / "x.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="by process unknown already"), lock_study(store, "x"):
            pass


def test_a_file_system_without_locks_is_not_called_busy(store, monkeypatch):
    def refuse(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(UsageError, match="its file system cannot lock files: No locks available"),
        lock_study(store, "x"),
    ):
        pass


def test_a_lock_that_is_a_link_is_not_followed(store, tmp_path):
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    (store / "locks").mkdir()
    (store / "locks" / "x.lock").symlink_to(target)
    with pytest.raises(UsageError, match="must be a file, is a link"), lock_study(store, "x"):
        pass
    assert target.read_text() == "mine"
    assert not is_running(store, "x")


@pytest.mark.parametrize("name", ["st{x}", "{}", "a'b\"c", "a b&c=d@e:f;g~$h", "ünï"])
def test_a_folder_with_odd_characters(tmp_path, name, tiny):
    store = tmp_path / name
    run_study(tiny(), store=store, launch=ScriptedLauncher(lambda job: make_result()))
    assert len(load_results("tiny", store).trials) == 4
    assert run_study(tiny(), store=store, launch=ScriptedLauncher(lambda job: make_result())).finished_here == 0


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("http://localhost:5000", "needs Optuna's storage, too"),
        ("postgresql+psycopg://u:p@h/d", "needs MLflow's tracking server, too"),
        ("sqlite:///x.db", "is an address, and must be a folder"),
        ("file:///tmp/x", "is an address, and must be a folder"),
    ],
)
def test_an_address_is_no_folder(tmp_path, monkeypatch, address, rule, tiny):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=rule):
        run_study(tiny(), store=address, launch=ScriptedLauncher(lambda job: make_result()))
    assert list(tmp_path.iterdir()) == []
