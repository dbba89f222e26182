"""Waiting: how long, for what, and what is said."""

from __future__ import annotations

import logging

import pytest
from mlflow.exceptions import MlflowException, RestException
from requests.exceptions import ConnectionError, ReadTimeout, SSLError
from sqlalchemy.exc import OperationalError, ProgrammingError

from harness.errors import RunError, UsageError
from harness.store.profiles import Servers
from harness.store.server import patience as module
from harness.store.server.patience import Patience
from harness.store.server.words import explain, is_away

SERVERS = Servers("lab", "http://h:1", "postgresql+psycopg://u:secret@h/d", "ann", "hidden")


@pytest.fixture
def clock(monkeypatch):
    """Time that passes in sleep alone."""

    class Clock:
        now = 0.0
        interrupt_at = None

        def monotonic(self):
            return self.now

        def sleep(self, seconds):
            self.now += seconds
            if self.interrupt_at is not None and self.now >= self.interrupt_at:
                raise KeyboardInterrupt

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


class Gone(Exception):
    pass


def insist(patience, call, again=None):
    return patience.insist("the server", call, lambda error: isinstance(error, Gone), again)


def fails(times):
    """Return what fails so often and then returns how often it was called."""
    calls = []

    def call():
        calls.append(None)
        if len(calls) <= times:
            raise Gone
        return len(calls)

    return call


def test_it_calls_until_the_server_is_back_and_says_so_once(clock, caplog):
    with caplog.at_level(logging.WARNING, "harness.store"):
        assert insist(Patience(600), fails(20)) == 21
    assert 20 < clock.now < 100
    assert [record.getMessage() for record in caplog.records] == [
        "the server does not answer: waiting for up to 600 seconds, nothing is lost",
        f"the server is back after {clock.now:.0f} seconds: going on",
    ]


def test_a_connection_that_was_merely_old_is_no_news(clock, caplog):
    with caplog.at_level(logging.WARNING, "harness.store"):
        assert insist(Patience(600), fails(1)) == 2
    assert caplog.records == []


def test_from_the_second_time_on_it_asks_what_came_of_the_first(clock):
    first = fails(1)
    assert insist(Patience(600), first, again=lambda: "found") == "found"


def test_who_waited_in_vain_waits_for_nothing_any_more(clock):
    patience = Patience(60)
    with pytest.raises(RunError, match="did not answer for 60 seconds"):
        insist(patience, fails(1000))
    waited = clock.now
    assert 60 < waited < 70
    with pytest.raises(RunError, match="did not answer for 60 seconds"):
        insist(patience, fails(1000))
    assert clock.now == waited
    assert insist(patience, fails(0)) == 1


def test_an_interrupted_wait_is_the_last(clock):
    patience, clock.interrupt_at = Patience(600), 10
    with pytest.raises(KeyboardInterrupt):
        insist(patience, fails(1000))
    with pytest.raises(Gone):
        insist(patience, fails(1000))


def test_other_errors_are_not_waited_for(clock):
    with pytest.raises(ZeroDivisionError):
        insist(Patience(600), lambda: 1 / 0)
    assert clock.now == 0


def of_database(text, kind=OperationalError):
    return kind("SELECT 1", {}, Exception(text))


def wrapped(error, kind=MlflowException):
    """Return an error as MLflow's client raises it: with what was raised before as its context."""
    try:
        try:
            raise error
        except Exception as inner:
            raise kind(f"API request to http://h:1/x failed with exception {inner}")  # noqa: B904
    except Exception as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (wrapped(ConnectionError("refused")), True),
        (wrapped(ReadTimeout("slow")), True),
        (wrapped(SSLError("certificate")), False),
        (RestException({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "x"}), True),
        (RestException({"error_code": "BAD_REQUEST", "message": "the connection is closed"}), True),
        (RestException({"error_code": "BAD_REQUEST", "message": "no such column"}), False),
        (RestException({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "connection closed"}), False),
        (MlflowException("API request to endpoint /x failed with error code 502 != 200. Response body: ''"), True),
        (of_database("terminating connection due to administrator command"), True),
        (of_database("connection failed: Connection refused"), True),
        (of_database("the database system is starting up"), True),
        (of_database('password authentication failed for user "u"'), False),
        (of_database('database "d" does not exist'), False),
        (of_database("syntax error", ProgrammingError), False),
        (ValueError("connection refused"), False),
        (RunError("the server did not answer"), False),
    ],
)  # fmt: skip
def test_what_means_that_a_server_is_away(error, away):
    assert is_away(error) is away


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (of_database('password authentication failed for user "u": secret'), UsageError, "storage_password_env"),
        (of_database('database "d" does not exist'), UsageError, "createdb"),
        (of_database("Connection refused secret"), RunError, "the database postgresql"),
        (wrapped(ConnectionError("http://ann:hidden@h:1")), RunError, "the MLflow server http://h:1 does not answer"),
        (RestException({"error_code": "PERMISSION_DENIED", "message": "no"}), UsageError, "tracking_password_env"),
        (RestException({"error_code": "INVALID_PARAMETER_VALUE", "message": "odd hidden"}), RunError, "odd ..."),
    ],
)
def test_what_is_said_has_no_password(error, kind, said):
    found = explain(error, SERVERS)
    assert isinstance(found, kind)
    assert said in str(found)
    assert "secret" not in str(found)
    assert "hidden" not in str(found)
