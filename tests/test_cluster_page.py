"""The commands of docs/cluster.md that can be run here are, and its files are what they say they are."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from harness.launchers.ray.cluster import Demand
from harness.results import load_results

PAGE = Path("docs/cluster.md").read_text(encoding="utf-8")


def block(language, heading):
    """The first block of a language under a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.search(rf"^```{language}\n(.*?)^```", section, re.M | re.S)[1]


def test_the_manifest_asks_for_pods_that_have_room_for_a_worker():
    manifest = yaml.safe_load(block("yaml", "Kubernetes"))
    assert (manifest["apiVersion"], manifest["kind"]) == ("ray.io/v1", "RayCluster")
    head, (workers,) = manifest["spec"]["headGroupSpec"], manifest["spec"]["workerGroupSpecs"]
    assert head["rayStartParams"] == {"num-cpus": "0"}, "it trains nothing"
    pins = Path("requirements-dev.lock").read_text(encoding="utf-8")
    assert f"\nray=={manifest['spec']['rayVersion']} " in pins
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
    (container,) = workers["template"]["spec"]["containers"]
    limits = container["resources"]["limits"]
    totals = {"CPU": float(limits["cpu"]), "memory": 0.7 * int(limits["memory"].removesuffix("Gi")) * 2**30}
    asked = int(re.search(r"--workers (\d+)", block("bash", "Kubernetes"))[1])
    assert asked == Demand(1, 0.0).room(totals) * workers["maxReplicas"]


@pytest.mark.parametrize("heading", ["Two bare machines", "SLURM", "Kubernetes"])
def test_scripts_are_scripts(heading):
    done = subprocess.run(["bash", "-n"], input=block("bash", heading), text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def by_hand(tmp_path):
    """Run the page's commands as a user would, in a folder of one's own; Ray's processes end with the test.

    Of ``ray stop`` there is no trying: it ends all that Ray has on this machine, whosever it is.
    """
    pytest.importorskip("ray", reason="needs the extra ray")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "quickstart.toml").write_text(
        Path("tests/cli/conftest.py").read_text(encoding="utf-8").split('"""')[1], encoding="utf-8"
    )
    session = Path(f"/tmp/harness-ray-{port}")  # short: a socket's path has little room
    binaries = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "RAY_USAGE_STATS_ENABLED": "0"}

    def run(line):
        words = shlex.split(line.replace(":6379", f":{port}").replace("=6379", f"={port}"))
        if words[:2] == ["ray", "start"] or words[:2] == ["ray", "symmetric-run"]:
            at = words.index("--") if "--" in words else len(words)
            words[at:at] = ["--include-dashboard=false"] if "--head" in words else []
            words[at:at] = [f"--temp-dir={session}"] if "--head" in words else []
        if words == ["ray", "stop"]:
            return ""
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    run.folder, run.port, run.environment = tmp_path, port, environment
    yield run
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(session) in " ".join(process.cmdline()) or f":{port}" in " ".join(process.cmdline()):
                process.kill()


SRUN = 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"'
"""In the place of SLURM: one node, this one."""
RAY = '[ "$1" = stop ] || exec "{ray}" "$@"'
"""Ray that does not end what others have here."""


@pytest.mark.ray
def test_the_job_of_slurm(by_hand):
    if any(process.info["name"] == "gcs_server" for process in psutil.process_iter(["name"])):
        pytest.skip("`ray symmetric-run` starts Ray where none runs; some does on this machine")
    folder = by_hand.folder / "bin"
    folder.mkdir()
    for name, script in (("srun", SRUN), ("ray", RAY.format(ray=Path(sys.executable).with_name("ray")))):
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)
    (by_hand.folder / "job.sh").write_text(block("bash", "SLURM").replace("6379", str(by_hand.port)))
    by_hand.environment.update({"SLURM_NNODES": "1", "SLURM_CPUS_PER_TASK": "1", "HOME": str(by_hand.folder)})
    by_hand.environment["PATH"] = f"{folder}:{by_hand.environment['PATH']}"
    by_hand("bash job.sh")
    assert list(load_results("quickstart", by_hand.folder / "mlruns").trials["status"]) == ["finished"] * 4


@pytest.mark.ray
def test_the_six_lines(by_hand):
    lines = block("sh", "Ray in six lines").splitlines()
    said = [by_hand(line) for line in lines]
    assert re.search(r"/[12]\.0 CPU", said[2]), "what it says of a node that has just come lags behind"
    assert "2 at a time" in said[3]
    assert "#0" in said[4]
    assert list(load_results("quickstart", by_hand.folder / "mlruns").trials["status"]) == ["finished"] * 4
