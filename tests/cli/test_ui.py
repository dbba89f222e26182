"""`harness ui` and `harness dashboard`, with the servers that they start."""

from __future__ import annotations

import importlib.util
import json
import signal
import socket
import urllib.error
import urllib.request

import pytest

from harness.driver import run_study
from tests.conftest import ScriptedLauncher, make_result


@pytest.fixture
def browsable(project, store, tiny):
    """A project whose store has the study tiny, in experiment 1."""
    assert store == project / "mlruns"
    run_study(tiny(), store=store, launch=ScriptedLauncher(lambda job: make_result()))
    return project


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
        return answer.read()


def announced(process) -> str:
    """Return the line that says where the page is; the server answers by then."""
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return line


def end(process, number=signal.SIGINT) -> int:
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


class TestUI:
    def test_an_unknown_study_is_named_with_the_nearest(self, harness, browsable):
        code, out, err = harness("ui", "tinny")
        assert (code, out) == (2, "")
        assert err == "error: mlruns: no study 'tinny' in this store. Did you mean 'tiny'?\n"

    def test_a_port_in_use(self, harness, browsable):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            code, _, err = harness("ui", "tiny", "--port", str(port))
        assert code == 2
        assert f"error: --host 127.0.0.1 --port {port} cannot be used: Address already in use. Try --port " in err

    @pytest.mark.slow
    def test_says_where_the_study_is_when_it_answers(self, start, browsable, port):
        process = start("ui", "studies/tiny.toml", "--port", str(port))
        try:
            url = f"http://127.0.0.1:{port}"
            assert announced(process) == (
                f"MLflow UI: {url}/#/experiments/1/runs?workflowType=machine_learning&viewStateShareKey=harness"
                "  (Ctrl-C ends it)\n"
            )
            found = json.loads(get(f"{url}/api/2.0/mlflow/experiments/get?experiment_id=1"))
            assert found["experiment"]["name"] == "tiny"
        finally:
            assert end(process) == 0
        with pytest.raises(urllib.error.URLError):
            get(url)


class TestDashboard:
    def test_no_storage(self, harness, project):
        if importlib.util.find_spec("optuna_dashboard") is None:
            pytest.skip("needs the extra dashboard")
        code, _, err = harness("dashboard")
        assert code == 2
        assert err == (
            "error: mlruns: there is no store here. Change to the folder of your project, name its store with --store, "
            "or begin one: harness run STUDY\n"
        )

    def test_without_the_extra(self, harness, project):
        if importlib.util.find_spec("optuna_dashboard") is not None:
            pytest.skip("the extra dashboard is installed")
        code, _, err = harness("dashboard")
        assert code == 2
        assert err == (
            "error: optuna-dashboard must be installed, got no such package. "
            "Install it: pip install 'cnn-harness[dashboard]'\n"
        )

    def test_shows_the_studies_there_are(self, start, browsable, port):
        if importlib.util.find_spec("optuna_dashboard") is None:
            pytest.skip("needs the extra dashboard")
        process = start("dashboard", "--port", str(port))
        try:
            url = f"http://127.0.0.1:{port}"
            assert announced(process) == f"optuna-dashboard: {url}/dashboard  (Ctrl-C ends it)\n"
            studies = json.loads(get(f"{url}/api/studies"))["study_summaries"]
            assert [study["study_name"] for study in studies] == ["tiny"]
            detail = json.loads(get(f"{url}/api/studies/{studies[0]['study_id']}"))
            assert (len(detail["trials"]), detail["best_trials"]) == (4, []), "nothing was searched for"
        finally:
            assert end(process, signal.SIGTERM) == 0
