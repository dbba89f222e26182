"""The MLflow server of `harness ui` answers this machine and private addresses, and changes nothing for other pages."""

from __future__ import annotations

import http.client
import json
import signal

import pytest

from tests.security.test_folders import free_port, harness

SEARCH = "/api/2.0/mlflow/experiments/search?max_results=5"
CREATE = "/api/2.0/mlflow/experiments/create"


def ask(port: int, method: str, path: str, host: str, origin: str = "", kind: str = "application/json") -> int:
    """Return the status that the server answers with."""
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    body = None
    if method == "POST":
        headers["Content-Type"] = kind
        body = json.dumps({"name": f"from {origin or host} as {kind}"})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("listen", ["127.0.0.1", "0.0.0.0"])
def test_foreign_hosts_and_pages_of_others_are_refused(place, listen):
    port = free_port()
    process = harness(place, "ui", "--port", str(port), "--host", listen)
    try:
        assert process.stdout.readline().startswith("MLflow UI: http://127.0.0.1:"), process.communicate()[1]
        ours = f"127.0.0.1:{port}"
        assert ask(port, "GET", SEARCH, ours) == 200
        assert ask(port, "GET", SEARCH, f"localhost:{port}") == 200
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "8.8.8.8"):
            for path in (SEARCH, "/", "/get-artifact?path=x&run_uuid=1", "/ajax-api/2.0/mlflow/experiments/search"):
                assert ask(port, "GET", path, host) == 403, "a name that was pointed at this machine (DNS rebinding)"
            assert ask(port, "POST", CREATE, host) == 403
        for origin in ("http://evil.example", "null", f"http://127.0.0.1.evil.example:{port}"):
            for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                assert ask(port, "POST", CREATE, ours, origin, kind) == 403, "a page of somebody else"
        assert ask(port, "POST", CREATE, ours, f"http://{ours}") == 200
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    names = {name for (name,) in place.ask("SELECT name FROM experiments")}
    assert names == {"Default", "tiny", f"from http://{ours} as application/json"}
    warned = f"note: everybody who can reach port {port} of this machine can read and change the store." in said
    assert warned == (listen == "0.0.0.0")
