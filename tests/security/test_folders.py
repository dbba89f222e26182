"""What else may lie in the folder that a user stands in, and does not act: Python files, settings, notebooks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.test_stores import COMMANDS, WRITES

MODULES = (
    "mlflow", "keras", "tensorflow", "optuna", "numpy", "pandas", "random", "json", "logging", "typing", "secrets",
    "harness", "psutil", "uvicorn", "fastapi", "sqlalchemy", "alembic", "gunicorn", "matplotlib", "h5py", "PIL",
    "sitecustomize", "usercustomize", "conftest", "evil", "click", "rich", "multiprocessing", "concurrent",
    "huggingface_hub", "boto3", "waitress", "jax", "torch",
)  # fmt: skip
"""Modules that a command, a worker or a server may import: no file of the folder is any of them."""


def plant(place):
    """Put everything there that some tool runs or obeys where it finds it in the working directory."""
    here, evil = place.here, f"open({str(place.canary)!r}, 'w').close()\n"
    for name in MODULES:
        (here / f"{name}.py").write_text(evil)
    for name in ("gunicorn.conf.py", "setup.py", "noxfile.py", ".pythonrc.py", "jupyter_notebook_config.py"):
        (here / name).write_text(evil)
    (here / "evil.pth").write_text(f"import os; os.system('touch {place.canary}')\n")
    (here / "pyvenv.cfg").write_text("home = /nowhere\n")
    (here / "tour.ipynb").write_text('{"cells": [{"cell_type": "code", "source": ["%run evil.py"]}], "nbformat": 4}')
    (here / "matplotlibrc").write_text("text.usetex: True\nbackend: module://evil\nsavefig.facecolor: red\n")
    (here / ".env").write_text(f"MLFLOW_TRACKING_URI={place.server.url}\nPYTHONSTARTUP=evil.py\n")
    (here / "keras.json").write_text('{"backend": "evil"}')
    (here / ".keras").mkdir()
    (here / ".keras" / "keras.json").write_text('{"backend": "evil"}')
    (here / "MLproject").write_text(f"entry_points:\n  main:\n    command: touch {place.canary}\n")
    (here / "alembic.ini").write_text("[alembic]\nscript_location = evil\n")
    (here / "mlflow.ini").write_text("[mlflow]\napp_name = evil\n")
    (here / "pip.conf").write_text(f"[global]\nindex-url = {place.server.url}\n")


def test_no_command_obeys_what_lies_there(place, check):
    plant(place)
    before = (place.report / "comparison.html").read_bytes()
    for command in COMMANDS:
        ran = check(*command, may_write=WRITES)
        assert ran.code in (0, 3), ran
    ran = check("report", "reports/tiny")
    assert ran.code == 0, ran
    assert (place.report / "comparison.html").read_bytes() == before, "not even how a picture looks"


def harness(place, *arguments: str, **options) -> subprocess.Popen[str]:
    """Start the command as it is installed, in the folder."""
    environment = {name: text for name, text in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    return subprocess.Popen(
        [Path(sys.executable).with_name("harness"), *arguments], cwd=place.here, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options,
    )  # fmt: skip


STUDY = """
question = "Does a stranger's folder act?"
insight = "basic"
data = { name = "digits", validation = 300 }
model = { conv = [{ filters = 2 }], dense = [] }
train = { max_steps = 4, evaluate_every = 2 }
design = { kind = "factorial", factors = { "model.downsample" = ["max_pool", "stride"] } }
"""


@pytest.mark.slow
def test_a_run_with_its_workers(place):
    plant(place)
    (place.here / "studies" / "one.toml").write_text(STUDY)
    process = harness(place, "run", "one", "--workers", "1")
    out, err = process.communicate(timeout=240)
    assert not place.canary.exists()
    assert process.returncode == 0, err
    assert place.server.requests == []
    assert "2 finished" in out or "comparison.html" in out


@pytest.mark.slow
def test_the_mlflow_ui_starts_and_runs_nothing(place):
    plant(place)
    port = free_port()
    process = harness(place, "ui", "tiny", "--port", str(port))
    try:
        line = process.stdout.readline()
        assert line.startswith("MLflow UI: "), process.communicate()[1]
        from tests.security.test_servers import ask

        for path in ("/", "/api/2.0/mlflow/experiments/search?max_results=5", "/version"):
            assert ask(port, "GET", path, f"127.0.0.1:{port}") == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert not place.canary.exists()
    assert place.server.requests == []


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_trap_would_spring(place):
    """Python itself takes modules from the working directory unless it is told not to."""
    plant(place)
    shutil.rmtree(place.here / "pictures")
    subprocess.run([sys.executable, "-c", "import optuna"], cwd=place.here, capture_output=True, check=False)
    assert place.canary.exists()
