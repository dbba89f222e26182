"""The GPU benchmark, small, on the CPU: that it runs and says what it measured."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SIZES = {"steps": 10, "pack": 2, "seeds": 1, "images": 640, "limit": 4, "every": 2}
SMALL = [f"--{name}={size}" for name, size in SIZES.items()]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_it_measures(backend, tmp_path):
    pytest.importorskip(backend)
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(Path.cwd()), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "benchmarks.gpu", *SMALL, "--synthetic"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f", {backend} " in done.stdout
    rows = dict(line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:])
    found = {name.strip(): value.strip() for name, value in rows.items()}
    seconds = found["hvass02, 10 iterations, s (published: 27 s and 31 s for 10,000)"]
    assert float(seconds) > 0
    if backend == "jax":
        assert float(found["throughput of the pack over solo runs"]) > 0
    else:
        assert found["pack of 2 over solo runs"] == "needs JAX"
    assert found["seeds of 1 that reach 99% of the test images within 4 steps"] == "0"
