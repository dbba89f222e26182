"""Servers that go away during a run and come back: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import logging
import threading
import time

import optuna
import pytest

from harness.driver import run_study
from harness.errors import RunError, UsageError
from harness.results import load_results
from harness.store import open_store
from harness.store.profiles import servers_of
from tests.conftest import ScriptedLauncher, make_result

pytestmark = [pytest.mark.postgres, pytest.mark.mlflow_server]

SPACE = {"model.downsample": ["max_pool", "stride"], "train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True}}
SEARCH = {"kind": "search", "trials": 24, "pruner": "median", "space": SPACE, "confirm": {"replicates": 2}}


@pytest.fixture
def meanwhile():
    """Do something to the servers while a run goes on; what goes wrong there fails the test."""
    threads, failures = [], []

    def start(what):
        def run():
            try:
                what()
            except BaseException as error:
                failures.append(error)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()
    assert failures == []


def require_whole(lab, name, trainings):
    """Look that both servers have every training once, and nothing open."""
    _, trials, history = load_results(name, "lab")
    assert len(trials) == trainings
    assert trials["trial"].is_unique
    assert set(trials["status"]) <= {"finished", "pruned"}
    assert not trials.duplicated(["digest", "replicate", "phase"]).any()
    assert (history.groupby("trial").size() == 2).all()
    assert history["trial"].nunique() == trainings
    rows = lab.postgres.execute("mlflow", "SELECT status, COUNT(*) FROM runs GROUP BY 1 ORDER BY 1")
    assert sum(count for _, count in rows) == trainings + 1, f"and the study's own: {rows}"
    assert "RUNNING" not in dict(rows)
    storage = optuna.storages.RDBStorage(servers_of("lab").storage)
    told = optuna.load_study(study_name=name, storage=storage).trials
    storage.engine.dispose()
    assert {trial.state.name for trial in told} <= {"COMPLETE", "PRUNED"}
    assert [trial.number for trial in told] == trials["trial"].tolist()


def restart(server, away):
    server.stop()
    time.sleep(away)
    server.start()


def answer(job):
    time.sleep(0.05)
    return make_result(0.5 + 0.4 * job.replicate / (job.replicate + 3))


@pytest.mark.parametrize("changes", [{"design.replicates": 14}, {"design": SEARCH}], ids=["factorial", "search"])
def test_the_database_is_restarted_again_and_again(lab, tiny, meanwhile, caplog, changes):
    begun, done = threading.Event(), threading.Event()

    def again_and_again():
        begun.wait(120)
        for away in (3, 0, 1, 0):
            if done.wait(2):
                return
            restart(lab.postgres, away)

    meanwhile(again_and_again)
    with caplog.at_level(logging.WARNING, "harness.store"):
        outcome = run_study(
            tiny(**changes), store="lab", launch=ScriptedLauncher(lambda job: begun.set() or answer(job))
        )
    done.set()
    require_whole(lab, "tiny", outcome.finished)
    said = [record.getMessage() for record in caplog.records if record.name == "harness.store"]
    assert any("waiting for up to 600 seconds" in line for line in said), said
    assert not any("not-to-be-seen" in line for line in said)


def test_the_tracking_server_is_away_for_a_while(lab, tiny, meanwhile, caplog, tmp_path):
    def leave(job, folder):
        begun.set()
        (folder / "left.txt").write_text(str(job.trial))

    begun = threading.Event()

    def away():
        begun.wait(120)
        restart(lab.tracking, 6)

    meanwhile(away)
    with caplog.at_level(logging.WARNING, "harness.store"):
        outcome = run_study(
            tiny(**{"design.replicates": 14}), store="lab", launch=ScriptedLauncher(answer, leave=leave)
        )
    require_whole(lab, "tiny", outcome.finished)
    store = open_store("lab")
    left = store.files_of("tiny", "left.txt")
    trials = load_results("tiny", store).trials
    assert {run_id: file.read_text() for run_id, file in left.items()} == {
        run_id: str(trial) for run_id, trial in zip(trials["run_id"], trials["trial"], strict=True)
    }
    said = [record.getMessage() for record in caplog.records if record.name == "harness.store"]
    assert len([line for line in said if "does not answer" in line]) == 1, said
    assert len([line for line in said if "is back after" in line]) == 1, said


def test_who_waits_in_vain_says_so_and_the_next_run_goes_on(lab, tiny, tmp_path):
    lab.write_profile(tmp_path, wait_seconds=2)
    launcher = ScriptedLauncher(lambda job: lab.tracking.stop() or answer(job) if job.trial == 3 else answer(job))
    try:
        with pytest.raises(RunError, match=r"did not answer for 2 seconds.*run the same command again"):
            run_study(tiny(), store="lab", launch=launcher)
    finally:
        lab.tracking.start()
    outcome = run_study(tiny(), store="lab", launch=ScriptedLauncher(answer))
    assert outcome.finished == 4
    trials = load_results("tiny", "lab").trials
    finished = trials[trials["status"] == "finished"]
    assert len(finished) == 4
    assert not finished.duplicated(["digest", "replicate"]).any()


def test_who_is_away_at_the_start_is_said_at_once(lab, tiny):
    lab.tracking.stop()
    began = time.monotonic()
    try:
        with pytest.raises(RunError, match=r"the MLflow server http://127.0.0.1:[0-9]+ does not answer"):
            run_study(tiny(), store="lab", launch=ScriptedLauncher(answer))
    finally:
        lab.tracking.start()
    assert time.monotonic() - began < 60
    assert not open_store("lab").exists()  # a server that meets no database at its first call tries for a minute
    lab.postgres.stop()
    try:
        with pytest.raises(RunError, match="does not answer") as said:
            run_study(tiny(), store="lab", launch=ScriptedLauncher(answer))
    finally:
        lab.postgres.start()
    assert "not-to-be-seen" not in str(said.value)


def test_a_wrong_password_and_a_missing_database_are_said_without_a_password(lab, tiny, tmp_path):
    right = lab.postgres.url("optuna")
    for storage, said in (
        (right.replace("not-to-be-seen", "wrong-secret"), "refuses: .*password authentication failed"),
        (right.replace("/optuna", "/none"), 'database "none" does not exist'),
    ):
        lab.write_profile(tmp_path, storage=storage)
        with pytest.raises(UsageError, match=said) as error:
            run_study(tiny(), store="lab", launch=ScriptedLauncher(answer))
        assert "secret" not in str(error.value)
        assert "not-to-be-seen" not in str(error.value)
