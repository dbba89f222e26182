"""A server as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading

import psutil
import pytest

from harness.cli.servers import serve
from harness.errors import RunError
from harness.store import Server

FILES = """
import functools, http.server, sys
host, port = sys.argv[sys.argv.index("--host") + 1], int(sys.argv[sys.argv.index("--port") + 1])
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
http.server.ThreadingHTTPServer((host, port), handler).serve_forever()
"""
"""A server that is told where to listen as MLflow's and Optuna's are."""

ENDS = Server("files", ("-c", "raise SystemExit(3)"), "/")
"""One that ends by itself."""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_says_where_it_is_once_it_answers_and_ends_with_the_signal(port, tmp_path, capsys, monkeypatch, number):
    opened = []

    def launch(page):
        opened.append(page)
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()

    monkeypatch.setattr("click.launch", launch)
    serve(Server("files", ("-c", FILES, str(tmp_path)), "/there"), "127.0.0.1", port, open_browser=True)
    assert capsys.readouterr().out == f"files: http://127.0.0.1:{port}/there  (Ctrl-C ends it)\n"
    assert opened == [f"http://127.0.0.1:{port}/there"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize(
    ("host", "warns"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True), ("::1", False), ("", True)]
)
def test_says_who_can_reach_it(port, capsys, host, warns):
    with pytest.raises(RunError):
        serve(ENDS, host, port)
    note = f"note: everybody who can reach port {port} of this machine can read and change the store.\n"
    assert (note in capsys.readouterr().err) == warns


def test_one_that_ends_by_itself_is_an_error(port, capsys):
    with pytest.raises(RunError, match=r"files ended with exit code 3; what it said stands above\."):
        serve(ENDS, "127.0.0.1", port)
    assert capsys.readouterr().out == ""


def test_has_the_variables_of_the_command_but_for_those_that_are_settled(port, capfd, monkeypatch):
    monkeypatch.setenv("THERE", "1")
    monkeypatch.setenv("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "true")
    shown = "*map(os.environ.get, ('THERE', 'MLFLOW_SERVER_ENABLE_JOB_EXECUTION'))"
    with pytest.raises(RunError):
        serve(Server("files", ("-c", f"import os; print({shown}); raise SystemExit(3)"), "/"), "127.0.0.1", port)
    said = capfd.readouterr()
    assert (said.out, "1 false\n" in said.err) == ("", True)


def test_ends_with_the_command_also_when_that_is_killed_and_so_does_what_it_started(port, tmp_path):
    """The server starts another process, as MLflow's does, and asks signals of the terminal to be passed over."""
    starter = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
    server = Server("files", ("-c", starter, FILES, str(tmp_path)), "/")
    code = (
        "from harness.cli.servers import serve; from harness.store import Server; "
        f"serve({server!r}, '127.0.0.1', {port})"
    )
    command = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with command:
        assert "files: http" in command.stdout.readline()
        family = psutil.Process(command.pid).children(recursive=True)
        assert len(family) == 3, "the keeper, the server and what it started"
        command.kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert [process.cmdline() for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
