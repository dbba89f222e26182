"""Kills, stops and Ctrl-C at random moments of real runs: no training is lost, doubled or stuck.

A schedule follows from its seed, which its name shows; machine and load decide what is hit.
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import time
from collections import Counter

import optuna
import psutil
import pytest
from optuna.trial import TrialState

from harness.results import load_results
from harness.store.local.optuna_storage import open_storage
from tests.cli.test_interrupts import wait_for, workers_of

pytestmark = pytest.mark.slow

LONG = ("--set", "train.max_steps=1500", "--set", "target.value=1.0", "--workers", "2", "--patience", "4")
SEEDS = [1, 2, secrets.randbelow(1_000_000)]


def kill_worker(process, chance):
    for worker in _one(chance, workers_of(process.pid)):
        worker.kill()


def stop_worker(process, chance):
    for worker in _one(chance, workers_of(process.pid)):
        worker.suspend()


def ctrl_c(process, chance):
    os.killpg(process.pid, signal.SIGINT)


def ctrl_c_twice(process, chance):
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(chance.uniform(0, 0.3))
    os.killpg(process.pid, signal.SIGINT)


def hang_up(process, chance):
    os.killpg(process.pid, signal.SIGHUP)


def kill_driver(process, chance):
    process.kill()


ACTIONS = (kill_worker, stop_worker, ctrl_c, ctrl_c_twice, hang_up, kill_driver)


def _one(chance, workers):
    return [chance.choice(workers)] if workers else []


def disturb(process, chance, said):
    """Do one or two things to a run, and wait for its end."""
    for _ in range(chance.choice((1, 2))):
        time.sleep(chance.uniform(0.2, 12))
        action = chance.choice(ACTIONS)
        said.append(action.__name__)
        with contextlib.suppress(psutil.Error, ProcessLookupError):  # it has ended meanwhile
            action(process, chance)
    out, err = process.communicate(timeout=180)
    said.append(process.returncode)
    # a second Ctrl-C may fall into whatever closes the first, and says where
    if "ctrl_c_twice" not in said:
        assert "Traceback" not in out + err, (said, out, err)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_schedule(start, harness, project, seed):
    chance, said = random.Random(seed), []
    everything = set()
    for _ in range(3):
        process = start("run", "tiny", *LONG)
        time.sleep(0.1)
        with contextlib.suppress(psutil.Error):
            everything |= set(psutil.Process(process.pid).children(recursive=True))
        disturb(process, chance, said)
    code, out, err = harness("run", "tiny", *LONG)
    assert code == 0, (seed, said, out, err)

    trials = load_results("tiny", project / "mlruns").trials
    done = trials[trials["status"] == "finished"]
    places = Counter(zip(done["variant"], done["replicate"], strict=True))
    planned = {(variant, replicate) for variant in ("base", "downsample=stride") for replicate in (0, 1)}
    assert places == dict.fromkeys(planned, 1), (seed, said, places)
    assert set(trials["status"]) <= {"finished", "killed", "failed"}, (seed, said)
    told = optuna.load_study(study_name="tiny", storage=open_storage(project / "mlruns")).trials
    states = Counter(trial.state for trial in told)
    assert states[TrialState.COMPLETE] == 4, (seed, said, states)
    assert set(states) <= {TrialState.COMPLETE, TrialState.FAIL}, (seed, said, states)
    assert {trial.number for trial in told if trial.state is TrialState.COMPLETE} == set(done["trial"]), (seed, said)
    staging = project / "mlruns" / "staging" / "tiny"
    assert not staging.exists() or not any(staging.iterdir()), (seed, said)
    wait_for(lambda: not any(one.is_running() and one.status() != "zombie" for one in everything), 20)
