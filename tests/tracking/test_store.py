from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from harness.errors import UsageError
from harness.tracking import DATABASE, check_store, lock_study, open_client


def test_the_database_is_in_wal_mode(store):
    client = open_client(store)
    client.create_experiment("x", artifact_location=str(store))
    with sqlite3.connect(store / DATABASE) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_damaged_database_is_named(store):
    (store / DATABASE).write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(UsageError, match=r"mlflow\.db: not a usable MLflow database: .*Move the folder"):
        check_store(store)


def test_one_process_at_a_time_runs_a_study(store):
    with lock_study(store, "x"):
        with lock_study(store, "y"):
            pass
        with pytest.raises(UsageError, match=r"study 'x' is being run by process \d+ already"), lock_study(store, "x"):
            pass


def test_a_killed_process_leaves_no_lock(store):
    code = (
        "import os, pathlib, sys; from harness.tracking import lock_study\n"
        "with lock_study(pathlib.Path(sys.argv[1]), 'x'): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store)], check=False)
    assert done.returncode == -9
    with lock_study(store, "x"):
        pass
