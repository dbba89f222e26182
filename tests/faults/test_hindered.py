"""Stores that are locked by others, deleted or read-only under a run: one sentence, and nothing lost afterwards."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from harness.driver import run_study
from harness.errors import RunError
from tests.faults import checks
from tests.faults.inject import Injector
from tests.faults.workers import Workers

pytestmark = pytest.mark.slow

WHOLE = {"tiny": {"design": 4}}


class Hindered(Workers):
    """Workers during whose second training something happens to the store."""

    def __init__(self, happen) -> None:
        super().__init__(Injector(Path("/nowhere")))
        self.happen = happen

    def poll(self, seconds):
        if self.trained == 1:
            self.happen()
        return super().poll(seconds)


DATABASES = ("mlflow.db", "optuna.db")


@contextlib.contextmanager
def locked(file: Path):
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.rollback()


class TestLocked:
    @pytest.mark.parametrize("database", DATABASES)
    def test_a_lock_that_ends_in_time_is_waited_for(self, store, tiny, database):
        timers = []

        def lock():
            connection = sqlite3.connect(store / database, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN IMMEDIATE")
            timers.append(threading.Timer(0.4, connection.close))
            timers[-1].start()

        outcome = run_study(tiny(), store=store, launch=Hindered(lock))
        for timer in timers:
            timer.join()
        assert outcome.finished == 4
        assert checks.violations(store, WHOLE, {}) == []

    @pytest.mark.parametrize("database", DATABASES)
    def test_a_lock_that_stays_is_one_sentence_and_the_next_run_goes_on(self, store, tiny, database):
        with contextlib.ExitStack() as stack:
            hold = Hindered(lambda: stack.enter_context(locked(store / database)))
            with pytest.raises(RunError, match=r"another process has kept its database locked for 0\.2 seconds"):
                run_study(tiny(), store=store, launch=hold, lock_timeout=0.2)
        before = checks.finished(store)
        assert run_study(tiny(), store=store, launch=Hindered(lambda: None)).finished == 4
        assert checks.violations(store, WHOLE, before) == []

    @pytest.mark.parametrize("database", DATABASES)
    def test_a_lock_at_the_start_is_one_sentence(self, store, tiny, database):
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=Hindered(lambda: None))
        with (
            locked(store / database),
            pytest.raises(RunError, match=r"another process has kept its database locked for 0\.2 seconds"),
        ):
            run_study(tiny(), store=store, launch=Hindered(lambda: None), lock_timeout=0.2)
        assert run_study(tiny(), store=store, launch=Hindered(lambda: None)).finished == 4
        assert checks.violations(store, WHOLE, {}) == []


def test_a_store_deleted_under_a_run_is_one_sentence_and_a_new_one_is_made_by_the_next(store, tiny):
    with pytest.raises(RunError, match="was deleted, moved or replaced while it was in use"):
        run_study(tiny(), store=store, launch=Hindered(lambda: shutil.rmtree(store)))
    assert run_study(tiny(), store=store, launch=Hindered(lambda: None)).finished == 4
    assert checks.violations(store, WHOLE, {}) == []
    assert checks.leftovers(store.parent, excused=False) == []


@pytest.mark.parametrize("database", DATABASES)
def test_a_database_deleted_under_a_run_is_one_sentence(store, tiny, database):
    def delete():
        for suffix in ("", "-wal", "-shm"):
            (store / f"{database}{suffix}").unlink()

    with pytest.raises(RunError, match=r"was deleted, moved or replaced|cannot be used"):
        run_study(tiny(), store=store, launch=Hindered(delete))
