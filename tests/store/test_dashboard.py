"""What optuna-dashboard is let say of studies, by requests to an application that answers as it does."""

from __future__ import annotations

import json

import optuna
import pytest

from harness.plan.storage import open_study
from harness.store.dashboard import MEANING, without_best
from tests.store.record.test_describing import SEARCH

TRIAL = {"number": 3, "values": [0.97]}


def ask(app, path, method="GET"):
    """Return status, headers and body."""
    begun = []
    body = b"".join(app({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *given: begun.extend(given)))
    return begun[0], dict(begun[1]), body


def answering(study, status="200 OK", note=""):
    """Return an application that tells of a study as optuna-dashboard does."""
    meaning = {"key": MEANING, "value": json.dumps(study.meaning())}
    detail = {"name": "tiny", "best_trials": [TRIAL], "note": {"version": 0, "body": note}, "user_attrs": [meaning]}
    body = json.dumps(detail).encode()

    def app(environ, start_response):
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return app, body


def test_a_study_that_compares_has_no_best_trial_and_says_why(tiny):
    app, _ = answering(tiny())
    status, headers, body = ask(without_best(app), "/api/studies/0")
    told = json.loads(body)
    assert (status, told["best_trials"]) == ("200 OK", [])
    assert told["note"]["body"].startswith("This study compares what its file names. Nothing is searched for")
    assert told["note"]["body"].endswith("`harness show tiny`.")
    assert headers == {"Content-Type": "application/json", "Content-Length": str(len(body))}


def test_what_somebody_noted_stays(tiny):
    app, _ = answering(tiny(), note="mine")
    assert json.loads(ask(without_best(app), "/api/studies/0/")[2])["note"]["body"] == "mine"


@pytest.mark.parametrize(
    ("changes", "path", "method", "status"),
    [
        ({"design": SEARCH, "target": None}, "/api/studies/0", "GET", "200 OK"),
        ({}, "/api/studies", "GET", "200 OK"),
        ({}, "/api/studies/0", "DELETE", "200 OK"),
        ({}, "/api/studies/0", "GET", "404 Not Found"),
    ],
)
def test_everything_else_is_answered_as_it_is(tiny, changes, path, method, status):
    app, body = answering(tiny(**changes), status)
    assert ask(without_best(app), path, method)[::2] == (status, body)


def test_harness_notes_what_it_was_asked_under_the_name_that_is_looked_for(tiny):
    made = open_study(tiny(), optuna.storages.InMemoryStorage())
    assert json.loads(made.user_attrs[MEANING])["design"]["kind"] == "factorial"
