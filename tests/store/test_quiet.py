"""A store that is written to leaves the process as it was, and others' connections alone."""

from __future__ import annotations

import logging
import os

import optuna
import pytest
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking import MlflowClient

from harness.store import open_store
from harness.store.local.database import store_uri

LOGGERS = ("mlflow", "mlflow.store.db.utils", "alembic", "optuna")


def state():
    return dict(os.environ), [logging.getLogger(name).level for name in LOGGERS], optuna.logging.get_verbosity()


def pragmas(uri):
    """Return the settings of the connections that a client of an address has, within a session as MLflow begins it."""
    store = SqlAlchemyStore(uri, "file:///nowhere")
    with store.ManagedSessionMaker() as session:
        connection = session.connection()
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("busy_timeout", "cache_size")]


@pytest.fixture
def foreign(store, tmp_path):
    """Clients of somebody else: of another store, and of the very one that is written to."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    (tmp_path / "other.db").write_bytes((store / "mlflow.db").read_bytes())
    return [other, store_uri(store)]


def test_the_process_is_as_it_was_and_foreign_connections_are_untouched(store, foreign, tiny, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "true")
    level = logging.getLogger("mlflow").level
    logging.getLogger("mlflow").setLevel(logging.DEBUG)
    try:
        before, usual = state(), [pragmas(uri) for uri in foreign]
        assert usual[0][0] == 20_000, "MLflow's own"
        with open_store(store).hold("tiny", lock_timeout=5) as hold:
            recording = hold.begin(tiny(), {})
            assert state() != before
            assert [pragmas(uri) for uri in foreign] == usual
            recording.close("FINISHED")
        assert state() == before
        assert [pragmas(uri) for uri in foreign] == usual
        assert MlflowClient(foreign[1]).get_experiment_by_name("tiny") is not None
    finally:
        logging.getLogger("mlflow").setLevel(level)


def test_it_is_put_back_after_an_error_too(store):
    before = state()
    with pytest.raises(ZeroDivisionError), open_store(store).hold("tiny"):
        raise ZeroDivisionError
    assert state() == before


def test_the_last_of_two_puts_back(store):
    before = state()
    with open_store(store).hold("one"):
        with open_store(store).hold("two"):
            pass
        assert state() != before
    assert state() == before
