"""`harness run --launcher ray` as a user meets it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket

import pytest

from harness.results import load_results
from tests.cli.conftest import harness, project, start
from tests.cli.test_interrupts import wait_for
from tests.launchers.ray.conftest import workers_here

__all__ = ["harness", "project", "start"]

pytestmark = pytest.mark.ray


def errors(text):
    """What went wrong, without what is said of the study and of others that train on this machine."""
    return [line for line in text.splitlines() if not line.startswith(("another study", "warning: "))]


def test_a_study_is_surveyed_trained_and_reported(harness, project, one_node):
    there = ("--launcher", "ray", "--address", one_node.address)
    code, out, err = harness("run", "tiny", "--dry-run", *there)
    assert (code, errors(err)) == (0, [])
    assert f"1 at a time, threads of each: 1; workers of the Ray cluster at {one_node.address}" in " ".join(out.split())
    assert not (project / "mlruns").exists()
    code, out, err = harness("run", "tiny", *there)
    assert (code, errors(err)) == (0, [])
    assert "tiny: 4 trainings to do, 0 done before, 1 at a time" in out
    assert (project / "reports" / "tiny" / "comparison.md").exists()
    trials = load_results("tiny", project / "mlruns").trials
    assert list(trials["status"]) == ["finished"] * 4
    code, out, err = harness("run", "tiny", "--launcher", "ray", "--address", "localhost:1")
    assert (code, errors(err)) == (0, []), "what is finished needs no cluster"


def test_a_budget_ends_a_run_on_a_cluster(harness, project, one_node):
    there = ("--launcher", "ray", "--address", one_node.address)
    code, _, err = harness("run", "tiny", *there, "--set", "budget.kwh=1")
    assert code == 2
    assert "budget.kwh must not be given where workers are on other machines, got 1" in err
    assert not (project / "mlruns" / "mlflow.db").exists()
    code, out, err = harness("run", "tiny", *there, "--set", "budget.trainings=3", "--minutes", "30")
    assert code == 3
    assert err.splitlines()[-1].startswith("ended by its budget: it may have 3 trainings. 3 trainings are kept.")
    assert "This study is unfinished: 3 of 4 trainings are done" in " ".join(out.split())


def test_no_cluster_is_one_message_and_nothing_created(harness, project):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    code, _, err = harness("run", "tiny", "--launcher", "ray", "--address", address)
    assert code == 2
    assert f"--address {address}: no Ray cluster answers there: Connection refused. Start one (ray start --head)" in err
    assert len(errors(err)) == 1
    code, _, err = harness("run", "tiny", "--launcher", "ray", "--address", "ray://head:10001")
    assert code == 2
    assert "--address must be HOST:PORT of a cluster's head" in err
    assert not (project / "mlruns").exists()


def test_a_cluster_without_room_is_said(harness, one_node):
    code, _, err = harness("run", "tiny", "--launcher", "ray", "--address", one_node.address, "--gpus", "0.25")
    assert code == 1
    takes = "which takes 1 CPU, 0.25 GPU and 1.2 GB of memory; its nodes have 1 CPU"
    assert f"no node of the Ray cluster has room for a worker, {takes}" in err


def test_other_versions_on_a_node_are_said(harness, project, one_node):
    """Made here by a runtime environment whose first place to import from has another NumPy's name."""
    fake = project / "fake" / "numpy-0.0.1.dist-info"
    fake.mkdir(parents=True)
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.0.1\n")
    file = project / "env.json"
    file.write_text(json.dumps({"env_vars": {"PYTHONPATH": str(fake.parent)}}))
    there = ("--launcher", "ray", "--address", one_node.address, "--runtime-env", str(file))
    code, _, err = harness("run", "tiny", *there)
    assert code == 2
    assert re.search(r"the Ray cluster's node \S+ must have numpy [\d.]+, as this environment has, got 0\.0\.1\.", err)


def test_workers_end_with_the_command_and_the_same_one_goes_on(start, harness, project, one_node):
    command = ("run", "tiny", "--launcher", "ray", "--address", one_node.address, "--set", "insight='none'")
    command += ("--set", "train.max_steps=1500", "--set", "train.evaluate_every=500", "--set", "target=")
    for end, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        process = start(*command)
        while not re.match(r"#\d", process.stdout.readline()):
            assert process.poll() is None, process.communicate()
        if end is signal.SIGINT:
            os.killpg(process.pid, end)  # as a terminal does, to all that the command has started
        else:
            process.send_signal(end)
        _, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        wait_for(lambda: not workers_here(), seconds=20)
    code, _, err = harness(*command)
    assert (code, errors(err)) == (0, [])
    trials = load_results("tiny", project / "mlruns").trials
    assert set(trials["status"]) <= {"finished", "killed"}
    done = trials[trials["status"] == "finished"]
    assert len(done) == 4
    assert not done.duplicated(["variant", "replicate"]).any()
