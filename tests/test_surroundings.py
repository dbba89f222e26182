"""What is set for something else changes nothing here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import surroundings
from harness.surroundings import (
    PYTHON_OPTIONS,
    carried_environment,
    changes,
    child_environment,
    child_path,
    influences,
    settle,
    settle_as,
    settled_mlflow,
)

ROOT = Path(surroundings.__file__).resolve().parents[2]
HOSTILE = {
    "MLFLOW_ENABLE_ASYNC_LOGGING": "true",
    "MLFLOW_REGISTRY_URI": "http://10.0.0.1:1",
    "MLFLOW_RUN_ID": "abc",
    "MLFLOW_SERVER_ALLOWED_HOSTS": "lab",
    "KERAS_HOME": "/home/someone/.keras",
    "KERAS_MAX_EPOCHS": "1",
    "JAX_DEBUG_NANS": "true",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "PYTHONWARNINGS": "error",
    "PYTHONHASHSEED": "7",
    "OMP_PROC_BIND": "true",
}


@pytest.fixture
def environment(monkeypatch):
    """This process's variables, put back afterwards, with what one would not want."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    yield os.environ
    os.environ.clear()
    os.environ.update(before)


def test_what_is_set_and_what_is_removed():
    found = changes(HOSTILE)
    assert {name: found[name] for name in HOSTILE if name in found} == {
        "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
        "MLFLOW_REGISTRY_URI": None,
        "MLFLOW_RUN_ID": None,
        "KERAS_HOME": os.devnull,
        "KERAS_MAX_EPOCHS": None,
        "JAX_DEBUG_NANS": None,
        "PYTHONWARNINGS": "ignore",
        "OMP_PROC_BIND": None,
    }
    assert changes({})["PYTHONSAFEPATH"] == "1", "also where nothing is set"


def test_children_get_settled_variables(environment):
    child = child_environment(threads=3)
    assert child["MLFLOW_ENABLE_ASYNC_LOGGING"] == "false"
    assert child["KERAS_BACKEND"] == os.environ.get("KERAS_BACKEND", "tensorflow")
    assert child["OMP_NUM_THREADS"] == child["OPENBLAS_NUM_THREADS"] == "3"
    assert (child["TF_ENABLE_ONEDNN_OPTS"], child["PYTHONHASHSEED"]) == ("0", "7")
    assert not {"MLFLOW_RUN_ID", "JAX_DEBUG_NANS", "OMP_PROC_BIND"} & set(child)
    assert "OMP_NUM_THREADS" not in child_environment()
    assert environment["PYTHONWARNINGS"] == "error", "of this process nothing is changed"


def test_a_process_on_another_machine_gets_what_matters_and_nothing_of_this_machine(environment):
    environment.update({"CUDA_VISIBLE_DEVICES": "3", "AWS_SECRET": "x", "MLFLOW_SERVER_ALLOWED_HOSTS": "lab"})
    carried = carried_environment(threads=3)
    assert (carried["TF_ENABLE_ONEDNN_OPTS"], carried["OMP_NUM_THREADS"]) == ("0", "3")
    assert carried["KERAS_HOME"] == os.devnull
    here = {"CUDA_VISIBLE_DEVICES", "PYTHONPATH", "MLFLOW_SERVER_ALLOWED_HOSTS", "PATH", "HOME", "AWS_SECRET"}
    assert not here & set(carried)


def test_a_process_on_another_machine_settles_as_the_driver_is(environment):
    environment.update({"CUDA_VISIBLE_DEVICES": "3", "TF_DETERMINISTIC_OPS": "1", "OMP_NUM_THREADS": "64"})
    before = dict(environment)
    settle_as({"KERAS_BACKEND": "jax", "TF_ENABLE_ONEDNN_OPTS": "1"})
    assert (environment["KERAS_BACKEND"], environment["TF_ENABLE_ONEDNN_OPTS"]) == ("jax", "1")
    gone = {"TF_DETERMINISTIC_OPS", "OMP_NUM_THREADS", "OMP_PROC_BIND", "MLFLOW_RUN_ID", "JAX_DEBUG_NANS"}
    assert not gone & set(environment), "the driver had none of these"
    kept = ("CUDA_VISIBLE_DEVICES", "PATH", "MLFLOW_SERVER_ALLOWED_HOSTS")
    assert [environment[name] for name in kept] == [before[name] for name in kept]


def test_a_command_line_settles_its_process_and_still_knows_what_there_was(environment, monkeypatch):
    monkeypatch.setattr(surroundings, "_found", None)
    environment.pop("KERAS_BACKEND", None)
    settle()
    assert environment["KERAS_BACKEND"] == "tensorflow"
    assert (environment["KERAS_HOME"], environment["PYTHONWARNINGS"]) == (os.devnull, "error")
    assert "MLFLOW_REGISTRY_URI" not in environment
    said = {one.name: one.done for one in influences()}
    assert {name: said.get(name) for name in HOSTILE} == {
        "MLFLOW_ENABLE_ASYNC_LOGGING": "set to false instead",
        "MLFLOW_REGISTRY_URI": "not used",
        "MLFLOW_RUN_ID": "not used",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "kept",
        "KERAS_HOME": "set to /dev/null instead",
        "KERAS_MAX_EPOCHS": "not used",
        "JAX_DEBUG_NANS": "not used",
        "TF_ENABLE_ONEDNN_OPTS": "kept",
        "PYTHONWARNINGS": "set to ignore instead",
        "PYTHONHASHSEED": None,
        "OMP_PROC_BIND": "not used",
    }


def test_what_is_secret_is_not_shown():
    (found,) = influences({"HOME": "/nowhere", "MLFLOW_TRACKING_PASSWORD": "hunter2"})
    assert (found.value, found.done) == ("...", "not used")


def test_somebody_elses_process_gets_its_variables_back(environment):
    before = dict(environment)
    with settled_mlflow():
        assert "MLFLOW_RUN_ID" not in environment
        assert environment["MLFLOW_ENABLE_ASYNC_LOGGING"] == "false"
        assert environment["KERAS_MAX_EPOCHS"] == "1"
        environment["MLFLOW_NEW"] = "left behind"
    assert dict(environment) == before


def test_what_a_keras_file_says_is_named(tmp_path):
    (tmp_path / ".keras").mkdir()
    file = tmp_path / ".keras" / "keras.json"
    file.write_text(json.dumps({"backend": "torch", "floatx": "float64", "epsilon": 1e-07}))
    (found,) = influences({"HOME": str(tmp_path)})
    assert str(found).startswith(f"{file}=backend: torch, floatx: float64: not used; KERAS_BACKEND says which")
    for text in ('{"backend": "tensorflow"}', "[1]", "{"):
        file.write_text(text)
        assert influences({"HOME": str(tmp_path)}) == []


def test_the_working_directory_is_no_place_to_import_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", ".", str(tmp_path), "lib", "/usr/lib/python3", str(ROOT)])
    assert child_path() == [str(tmp_path / "lib"), "/usr/lib/python3", str(ROOT)]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), "/usr/lib/python3"])
    assert child_path() == ["/usr/lib/python3", str(ROOT)], "last where this package lies there"


def test_a_file_named_as_a_module_is_not_executed(tmp_path):
    for name in ("random", "mlflow", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('executed')")
    code = "import json, random, harness; from importlib.util import find_spec; print(find_spec('mlflow').origin)"
    done = subprocess.run(
        [sys.executable, *PYTHON_OPTIONS, "-c", code],
        cwd=tmp_path, env=child_environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stdout.startswith(str(tmp_path))
