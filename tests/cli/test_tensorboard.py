"""`harness tensorboard`: event files of what is recorded, and the server that shows them."""

from __future__ import annotations

import json
import socket

import pandas as pd
import pytest

from harness.reports.writing import write_report
from tests.cli.test_ui import announced, end, get
from tests.findings.conftest import POOL, STRIDE, make_study, trial

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


@pytest.fixture
def reported(project):
    """A project with a report of two trials, and no store."""
    study = make_study(report={"metrics": ["test_accuracy"]})
    rows = [trial(study, n, levels, 0, run_id=f"run{n}", test_accuracy=0.9) for n, levels in enumerate((POOL, STRIDE))]
    write_report(study, pd.DataFrame(rows), pd.DataFrame(), project / "reports" / "old")
    return project


def test_writes_files_whole_or_not_at_all(harness, reported):
    code, out, err = harness("tensorboard", "reports/old", "--to", "events")
    assert (code, out, err.splitlines()[-1]) == (
        0, "See it with: tensorboard --logdir events\n", "pooling_or_stride: 2 runs and 0 networks",
    )  # fmt: skip
    assert len(list((reported / "events").rglob("events.out.tfevents.*"))) == 3
    code, _, err = harness("tensorboard", "reports/old", "--to", "events")
    assert code == 2
    assert err == "error: --to events: must be a new or an empty folder. Name another, or remove it.\n"
    code, _, err = harness("tensorboard", "reports/old", "--to", "reports/old/trials.parquet/x")
    assert code == 2
    assert "reports/old/trials.parquet/x: cannot be written: File exists." in err
    assert sorted(path.name for path in reported.iterdir()) == ["events", "reports", "studies"]


def test_an_unknown_study(harness, reported):
    code, out, _ = harness("tensorboard", "none", "--to", "events")
    assert (code, out) == (2, "")
    assert not (reported / "events").exists()


@pytest.mark.slow
def test_shows_the_runs(start, reported):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    process = start("tensorboard", "reports/old", "--port", str(port))
    try:
        url = f"http://127.0.0.1:{port}"
        assert announced(process) == f"TensorBoard: {url}/?smoothing=0#timeseries  (Ctrl-C ends it)\n"
        assert get(f"{url}/data/plugins_listing")
        assert json.loads(get(f"{url}/data/environment"))["data_location"].endswith("/events")
    finally:
        assert end(process) == 0
