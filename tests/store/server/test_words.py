"""Which errors say that a server is away, and which that no waiting helps."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy import exc

from harness.store.server.words import is_away

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")


def from_database(error, kind=exc.OperationalError):
    return kind("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.OperationalError("consuming input failed: could not receive data from server"), True),
        (psycopg.OperationalError("the connection is lost"), True),
        (psycopg.OperationalError("sending query failed: no reason given"), True),
        (psycopg.errors.AdminShutdown("terminating connection due to administrator command"), True),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), True),
        (psycopg.errors.TooManyConnections("sorry"), True),
        (psycopg.errors.DiskFull("no space left"), False),
        (psycopg.errors.QueryCanceled("canceling statement due to statement timeout"), False),
        (psycopg.OperationalError('FATAL: password authentication failed for user "keeper"'), False),
        (psycopg.OperationalError('FATAL: database "optuna" does not exist'), False),
    ],
)
def test_what_the_database_says(error, away):
    assert is_away(from_database(error)) is away


def test_a_statement_that_is_wrong_is_no_server_that_is_away():
    assert not is_away(from_database(psycopg.errors.UndefinedTable("no such table"), exc.ProgrammingError))


def test_a_session_whose_connection_went():
    assert is_away(exc.PendingRollbackError("Can't reconnect until invalid transaction is rolled back."))


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("(psycopg.OperationalError) consuming input failed: server closed", True),
        ("(psycopg.errors.AdminShutdown) terminating connection due to administrator command", True),
        ("Can't reconnect until invalid transaction is rolled back.", True),
        ('(psycopg.OperationalError) password authentication failed for user "keeper"', False),
        ("Run '7' not found", False),
    ],
)
def test_what_the_tracking_server_says_of_its_database(text, away):
    assert is_away(MlflowException(text)) is away
