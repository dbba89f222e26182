"""What a study leaves in MLflow, looked at as a user does: `harness ui` in a process, its pages in a real browser."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from typing import NamedTuple

import pytest

from harness.driver import run_study
from harness.store.local.database import DATABASE
from harness.study import build_study
from tests.browser.conftest import SLOWEST
from tests.conftest import TINY

pytestmark = pytest.mark.browser

ALONE = """
localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
"""
"""MLflow's assistant opens on a first visit and takes a third of the page."""


class Recorded(NamedTuple):
    """A server and what it shows: ``runs`` maps the name of a run to its id, the parent first."""

    address: str
    experiment: str
    runs: dict[str, str]


@pytest.fixture(scope="session")
def recorded(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ui")
    store = folder / "mlruns"
    run_study(build_study(TINY, name="tiny", text="# tiny\n"), store=store, workers=1)
    with sqlite3.connect(store / DATABASE) as connection:
        rows = connection.execute("SELECT name, run_uuid, experiment_id FROM runs ORDER BY start_time").fetchall()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from harness.cli import main; main()"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "ui", "--store", str(store), "--port", str(port)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address, server)
            yield Recorded(address, str(rows[0][2]), {name: run for name, run, _ in rows})
        finally:
            server.send_signal(signal.SIGINT)  # Ctrl-C: it ends MLflow's server too
            server.wait(60)


def _await(address, server):
    end = time.monotonic() + SLOWEST / 1000
    while time.monotonic() < end:
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"no answer from {address} in {SLOWEST / 1000:g} s")


@pytest.fixture
def visit(browser, recorded):
    """Open a page of the experiment: ``visit("/runs")``."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
    context.set_default_timeout(SLOWEST)
    context.add_init_script(ALONE)
    page = context.new_page()

    def go(path):
        page.goto(f"{recorded.address}/#{path}")
        return page

    yield go
    context.close()


def trials(recorded):
    return {name: run for name, run in recorded.runs.items() if "#" in name}


def unfold(page):
    """Show the trials, which MLflow folds below their study."""
    parent = page.get_by_role("link", name="study tiny").first
    parent.locator("xpath=ancestor::*[.//button][1]//button").first.click()


def test_the_runs_page_lists_the_study_and_its_trials_by_name(visit, recorded):
    page = visit(f"/experiments/{recorded.experiment}/runs")
    assert list(recorded.runs) == [
        "study tiny", "#0 · base · r0", "#1 · downsample=stride · r0", "#2 · downsample=stride · r1", "#3 · base · r1",
    ]  # fmt: skip
    unfold(page)
    for name in recorded.runs:
        page.get_by_text(name, exact=True).first.wait_for()
    page.get_by_text("Is a stride of 2 as good as pooling on 8x8 digits?").first.wait_for()


def test_the_view_of_a_study_is_a_flat_table_with_what_varies_and_what_counts(visit, recorded):
    page = visit(f"/experiments/{recorded.experiment}/runs?workflowType=machine_learning&viewStateShareKey=harness")
    for name in recorded.runs:
        page.get_by_role("link", name=name).first.wait_for()
    headings = page.get_by_role("columnheader")
    for heading in ("model.downsample", "test accuracy"):
        headings.filter(has_text=heading).first.wait_for()
    assert page.get_by_role("gridcell", name="stride", exact=True).count() == 2


def test_the_charts_of_the_view_begin_with_learning_and_end_with_what_no_seed_changes(visit, recorded):
    page = visit(
        f"/experiments/{recorded.experiment}/runs?workflowType=machine_learning&viewStateShareKey=harness"
        "&compareRunsMode=CHART"
    )
    page.wait_for_function("() => /^cost\\n/m.test(document.body.innerText)", polling=500)
    said = page.inner_text("body")
    sections = re.findall(r"^(\w+)\n\(\d+\)$", said, re.MULTILINE)
    assert sections[:9] == [
        "val", "train", "test", "target", "seconds", "progress", "features", "machine", "cost",
    ]  # fmt: skip
    assert "val/accuracy" in said.splitlines()
    assert "cost/parameters" not in said.splitlines(), "folded"


def test_a_click_on_a_trial_opens_its_page_with_its_settings(visit, recorded):
    page = visit(f"/experiments/{recorded.experiment}/runs")
    unfold(page)
    page.get_by_role("link", name="#0 · base · r0").first.click()
    page.wait_for_url(f"**/runs/{recorded.runs['#0 · base · r0']}**")
    page.get_by_role("heading", name="#0 · base · r0").first.wait_for()
    page.get_by_text("train.learning_rate").first.wait_for()


def test_a_trial_has_charts_of_its_metrics(visit, recorded):
    run = recorded.runs["#0 · base · r0"]
    page = visit(f"/experiments/{recorded.experiment}/runs/{run}/model-metrics")
    charts = page.locator(".js-plotly-plot")
    charts.first.wait_for()
    page.locator(".js-plotly-plot .trace path.js-line, .js-plotly-plot .bars path").first.wait_for(state="attached")
    assert charts.count() > 1


def test_a_figure_among_the_artifacts_is_shown(visit, recorded):
    run = recorded.runs["#0 · base · r0"]
    page = visit(f"/experiments/{recorded.experiment}/runs/{run}/artifacts/insight/confusion_matrix.png")
    page.get_by_text("confusion_matrix.png").first.wait_for()
    shown = "() => [...document.images].some((image) => image.complete && image.naturalWidth >= 300)"
    page.wait_for_function(shown, polling=500)


def test_two_trials_are_compared_side_by_side(visit, recorded):
    chosen = dict(list(trials(recorded).items())[:2])
    runs, experiments = json.dumps(list(chosen.values())), json.dumps([recorded.experiment])
    page = visit(f"/compare-runs?runs={runs}&experiments={experiments}")
    page.get_by_role("heading", name="Comparing 2 Runs").first.wait_for()
    for name in chosen:
        page.get_by_text(name, exact=True).first.wait_for()
    page.get_by_text("model.downsample", exact=True).first.wait_for()
