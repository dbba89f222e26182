"""optuna-dashboard as a process of its own: of a study in which nothing is searched for it announces no best trial.

``python -m harness.store.dashboard [STORAGE] --host HOST --port PORT``
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

STORAGE = "HARNESS_DASHBOARD_STORAGE"
"""Variable that has the storage's address where it is a secret: arguments are everybody's to read, with ``ps``."""

MEANING = "harness:meaning"
"""Attribute of an Optuna study that says what harness was asked, its design among it."""

_DETAIL = re.compile(r"/api/studies/\d+/?")
"""What a study's page asks for."""

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""


def without_best(app: App) -> App:
    """Return an application that answers as another does, but that a study without an objective has no best trial.

    Optuna wants an objective of every study, and optuna-dashboard shows of each the trial that is best by it. Where a
    design compares what its file names, one lucky replicate would be shown as the result.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not _DETAIL.fullmatch(environ["PATH_INFO"]):
            return app(environ, start_response)
        begun: list[Any] = []
        answered = app(environ, lambda *arguments: begun.extend(arguments))
        try:
            body = b"".join(answered)
        finally:
            if hasattr(answered, "close"):
                answered.close()
        status, headers, *rest = begun
        if status.startswith("200"):
            body = json.dumps(_told(json.loads(body))).encode()
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers, *rest)
        return [body]

    return answer


def _told(detail: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a study, as it should be."""
    meaning = next((one["value"] for one in detail["user_attrs"] if one["key"] == MEANING), None)
    if meaning is None or json.loads(meaning)["design"]["kind"] == "search":
        return detail
    note = detail["note"]
    said = (
        "This study compares what its file names. Nothing is searched for, so no trial is the best, and the values are "
        f"of the first metric alone. What came out: `harness show {detail['name']}`."
    )
    return {**detail, "best_trials": [], "note": {**note, "body": note["body"] or said}}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main() -> None:
    """Serve until the process is ended."""
    from optuna_dashboard import wsgi

    parser = argparse.ArgumentParser()
    parser.add_argument("storage", nargs="?")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    app = without_best(wsgi(given.storage or os.environ.pop(STORAGE)))
    make_server(given.host, given.port, app, server_class=_Server).serve_forever()


if __name__ == "__main__":
    main()
