"""The whole road with the JAX backend, where TensorFlow cannot be imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.results import load_results

pytest.importorskip("jax", reason="needs the extra jax")

STUDY = """
question = "Does a pack of trainings work without TensorFlow?"
[data]
name = "digits"
validation = 300
[model]
conv = [{ filters = 4 }]
dense = [16]
[train]
batch_size = 32
max_steps = 60
evaluate_every = 20
[design]
kind = "factorial"
replicates = 3
factors = { "train.learning_rate" = [0.01, 0.003], "model.downsample" = ["max_pool", "stride"] }
"""


@pytest.fixture
def no_tensorflow(tmp_path):
    """An environment in which importing TensorFlow fails, here and in worker processes."""
    folder = tmp_path / "blocked" / "tensorflow"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('TensorFlow is not installed')\n")
    path = os.pathsep.join([str(folder.parent), str(Path.cwd())])
    return {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": path}


def test_harness_and_its_engine_import(no_tensorflow):
    code = (
        "import harness, harness.worker, sys\n"
        "harness.worker.import_libraries()\n"
        "from harness.engines import describe_device\n"
        "print(describe_device().backend, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=no_tensorflow, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("jax ")
    assert done.stdout.endswith("False\n")


@pytest.mark.slow
def test_a_study_runs_in_packs(no_tensorflow, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    command = [str(Path(sys.executable).with_name("harness")), "run", "study.toml", "--pack", "4", "--workers", "1"]
    environment = {**no_tensorflow, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--threads", str(len(os.sched_getaffinity(0)))],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    trials = load_results("study", tmp_path / "mlruns").trials
    assert len(trials) == 12
    assert set(trials["status"]) == {"finished"}
    assert trials["run_id"].nunique() == 12
    assert all(backend.startswith("jax") for backend in trials["backend"])
    # six of each shape: a pack of four and one of two
    assert sorted(trials["pack"]) == [2] * 4 + [4] * 8
    assert (tmp_path / "reports" / "study" / "comparison.html").exists()


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        ("torch", "KERAS_BACKEND must be 'tensorflow' or 'jax', got 'torch'"),
        ("jax", "KERAS_BACKEND must name a library that is installed, got 'jax'. Install the extra `jax`."),
    ],
)
def test_a_backend_that_cannot_be_used_is_refused(backend, message, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    code = (
        "import importlib.util, sys\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'jax' else found(name, *rest)\n"
        "sys.argv = ['harness', 'run', 'study.toml']\n"
        "from harness.cli import main\n"
        "main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "mlruns").exists()


def test_packs_need_jax(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "KERAS_BACKEND": "tensorflow"}
    command = [str(Path(sys.executable).with_name("harness")), "run", "study.toml", "--pack", "4"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--pack must be 1 with the TensorFlow backend, got 4" in done.stderr
    assert not (tmp_path / "mlruns").exists()
