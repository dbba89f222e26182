from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TINY = """
question = "Is a stride of 2 as good as pooling on 8x8 digits?"
insight = "basic"

[data]
name = "digits"
validation = 300

[model]
conv = [{ filters = 4 }]
dense = [16]

[train]
learning_rate = 0.01
batch_size = 32
max_steps = 60
evaluate_every = 20

[target]
metric = "val_accuracy"
value = 0.5

[design]
kind = "factorial"
replicates = 2

[design.factors]
"model.downsample" = ["max_pool", "stride"]
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """A folder with a study in studies/tiny.toml, as a user has it."""
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "tiny.toml").write_text(TINY)
    return tmp_path


@pytest.fixture
def start(project) -> Callable[..., subprocess.Popen[str]]:
    """Start ``harness`` in the project's folder as a process of its own."""

    # MLflow, where a test used it in this process, leaves the variable for processes that it may start
    inherited = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from harness.cli import main; main()", *arguments],
            cwd=project,
            env={**inherited, "COLUMNS": "120", "NO_COLOR": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return run


@pytest.fixture
def harness(start) -> Callable[..., tuple[int, str, str]]:
    """Run ``harness``; gives exit code, standard output and standard error."""

    def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        process = start(*arguments, **environment)
        out, err = process.communicate(timeout=240)
        return process.returncode, out, err

    return run
