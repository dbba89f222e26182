"""Real commands in surroundings that were made for something else."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.results import load_results

pytestmark = pytest.mark.slow

SCRIPT = Path(sys.executable).parent / "harness"
"""What users call: with it, the working directory is not on the path of the first process."""


@pytest.fixture
def around(project):
    """Modules and a keras.json where they do harm; gives the variables to go with them."""
    for name in ("random", "mlflow", "optuna_dashboard", "uvicorn", "keras"):
        (project / f"{name}.py").write_text("print('EXECUTED', flush=True); raise SystemExit(7)")
    (project / "home" / ".keras").mkdir(parents=True)
    floats = {"backend": "torch", "floatx": "float64", "image_data_format": "channels_first", "epsilon": 0.5}
    (project / "home" / ".keras" / "keras.json").write_text(json.dumps(floats))
    # the home folder also holds the cache of empty tables
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return {
        "HOME": str(project / "home"),
        "XDG_CACHE_HOME": cache,
        "MLFLOW_ENABLE_ASYNC_LOGGING": "true",
        "MLFLOW_REGISTRY_URI": "http://127.0.0.1:9",
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        "MLFLOW_RUN_ID": "0" * 32,
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "1",
        "KERAS_MAX_EPOCHS": "0",
    }


def call(project, *arguments, **environment):
    if not SCRIPT.exists():
        pytest.skip("harness is not installed as a command here")
    return subprocess.run(
        [SCRIPT, *arguments], cwd=project, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **environment},
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def test_a_run_gives_the_same_to_the_bit(project, around):
    plain = call(project.parent, "run", str(project / "studies" / "tiny.toml"), "--store", str(project / "plain"),
                 "--reports", str(project / "reports"), "--workers", "1")  # fmt: skip
    assert plain.returncode == 0, plain.stderr
    done = call(project, "run", "tiny", "--workers", "1", "--register", **around)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "EXECUTED" not in done.stdout + done.stderr
    ours, theirs = (load_results("tiny", project / name).trials for name in ("mlruns", "plain"))
    for column in ("weights_digest", "history_digest", "backend", "status"):
        assert ours[column].tolist() == theirs[column].tolist(), column
    assert json.loads((project / "home" / ".keras" / "keras.json").read_text())["backend"] == "torch"


def test_the_pages_execute_nothing_that_lies_in_the_working_directory(project, around):
    from harness.store.local.database import open_client

    (project / "mlruns").mkdir()
    open_client(project / "mlruns")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [SCRIPT, "ui", "--port", str(port)], cwd=project, env={**os.environ, **around}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C ends it" in line:
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
    assert "Ctrl-C ends it" in said[-1], said
    assert not [line for line in said if "EXECUTED" in line]
    assert len(family) >= 2
    _, alive = psutil.wait_procs(family, timeout=20)
    assert [one.cmdline() for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
