"""Ctrl-C and kill -9 in the middle of real runs: nothing is lost, doubled or stuck."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from harness.results import load_results

pytestmark = pytest.mark.slow

LONG = ("--set", "train.max_steps=3000", "--set", "target.value=1.0")


def wait_for(condition, seconds=60):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "waited too long"
        time.sleep(0.2)


def workers_of(pid):
    return [child for child in psutil.Process(pid).children() if "local_worker" in " ".join(child.cmdline())]


def trained(project):
    """Whether a trial has been evaluated, as far as the store says."""
    import sqlite3

    try:
        with sqlite3.connect(f"file:{project / 'mlruns' / 'mlflow.db'}?mode=ro", uri=True) as connection:
            query = "SELECT COUNT(*) FROM metrics WHERE key = 'val/accuracy'"
            return connection.execute(query).fetchone()[0] > 3
    except sqlite3.OperationalError:
        return False


def finished(project):
    trials = load_results("tiny", project / "mlruns").trials
    done = trials[trials["status"] == "finished"]
    assert not done.duplicated(["digest", "replicate"]).any()
    return len(done)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_ctrl_c_closes_runs_and_the_next_run_goes_on(start, harness, project, stop):
    process = start("run", "tiny", *LONG)
    wait_for(lambda: trained(project))
    if stop is signal.SIGINT:
        os.killpg(process.pid, stop)  # as the terminal does: the whole foreground group
    else:
        process.send_signal(stop)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    assert "The same command goes on from there." in err
    assert "Traceback" not in err
    trials = load_results("tiny", project / "mlruns").trials
    assert set(trials["status"]) <= {"finished", "killed"}
    assert "killed" in set(trials["status"])
    code, _, err = harness("run", "tiny", *LONG)
    assert code == 0, err
    assert finished(project) == 4


def test_a_killed_driver_leaves_no_process_and_the_next_run_goes_on(start, harness, project):
    process = start("run", "tiny", *LONG)
    wait_for(lambda: trained(project))
    workers = workers_of(process.pid)
    assert workers
    process.kill()
    process.communicate()
    wait_for(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers), 10)
    code, out, _ = harness("doctor")
    assert code == 1
    assert "left open, and nothing runs them" in out
    code, _, err = harness("run", "tiny", *LONG)
    assert code == 0, err
    assert finished(project) == 4
    assert harness("doctor")[0] == 0


def test_a_killed_worker_costs_one_training(start, project):
    process = start("run", "tiny", *LONG)
    wait_for(lambda: trained(project))
    workers_of(process.pid)[0].kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    assert "was killed by SIGKILL" in out
    assert finished(project) == 4


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT], ids=lambda stop: stop.name)
@pytest.mark.parametrize("later", [0.0, 1.5], ids=["at once", "in a migration"])
def test_a_very_first_run_that_is_cut_off_leaves_a_store_that_the_next_accepts(start, harness, project, stop, later):
    cache = {"XDG_CACHE_HOME": str(project / "cache")}  # no template: MLflow's migrations take seconds
    process = start("run", "tiny", **cache)
    wait_for(lambda: any((project / "mlruns").glob("*mlflow.db*")) or process.poll() is not None)
    time.sleep(later)
    os.killpg(process.pid, stop)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    code, _, err = harness("run", "tiny", **cache)
    assert code == 0, err
    assert finished(project) == 4
    code, out, _ = harness("doctor", **cache)
    assert "PROBLEM" not in "\n".join(line for line in out.splitlines() if line.startswith("store")), out
