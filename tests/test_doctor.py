"""What is wrong with a store is found, and what can be mended is."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from harness.doctor import examine
from harness.driver import run_study
from harness.results import load_results
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.folder import LOCKS
from harness.store.local.optuna_storage import FILE
from tests.conftest import ScriptedLauncher, make_result


@pytest.fixture
def filled(store, tiny):
    """A store with a finished study whose runs have files."""
    run_study(tiny(), store=store, launch=leaving())
    return store


def leaving():
    """Workers that leave a file of every training."""
    return ScriptedLauncher(
        lambda job: make_result(), leave=lambda job, folder: (folder / "summary.txt").write_text("layers")
    )


def problems(store):
    return [
        finding
        for finding in examine(store, None, store / "reports")
        if finding.topic == "store" and finding.state == "problem"
    ]


def mended(store):
    """Mend the one problem there is; return what was found and what was done. Nothing is left then."""
    (finding,) = problems(store)
    assert finding.mend is not None
    done = finding.mend()
    assert problems(store) == []
    return finding.text, done


def execute(store, statement, *values):
    with sqlite3.connect(store / DATABASE) as connection:
        connection.execute(statement, values)


def test_a_healthy_store(filled):
    assert problems(filled) == []
    texts = [finding.text for finding in examine(filled, None) if finding.topic == "store"]
    assert any("mlflow.db: whole; studies: 1, trials: 4" in text for text in texts)
    assert any("optuna.db: whole, and knows every trial that is recorded" in text for text in texts)


def _is_empty_log(path):
    """SQLite makes one for whoever reads a database that has a write-ahead log."""
    return path.name.endswith("-wal") and path.stat().st_size == 0


def test_looking_changes_nothing(filled):
    def snapshot():
        return {
            path: path.read_bytes()
            for path in filled.rglob("*")
            if path.is_file() and not path.name.endswith("-shm") and not _is_empty_log(path)
        }

    before = snapshot()
    list(examine(filled, None))
    assert snapshot() == before


@pytest.mark.parametrize("how", ["deleted", "damaged", "emptied"])
def test_optunas_storage(filled, tiny, how):
    file = filled / FILE
    for beside in filled.glob(f"{FILE}-*"):
        beside.unlink()
    if how == "deleted":
        file.unlink()
    else:
        file.write_bytes(b"" if how == "emptied" else b"no database" * 1000)
    text, done = mended(filled)
    assert ("not a usable Optuna storage" if how == "damaged" else "is missing, and 1 studies have trials") in text
    assert "tiny: 4 trials made anew" in done
    assert len(list(filled.glob(f"{FILE}.damaged-*"))) == (how == "damaged"), "nothing is deleted"
    launcher = leaving()
    assert run_study(tiny(), store=filled, launch=launcher).finished == 4
    assert launcher.jobs == []


def test_a_trial_that_optuna_does_not_know(filled, tiny):
    with sqlite3.connect(filled / FILE) as connection:
        for table in ("trial_params", "trial_user_attributes", "trial_values"):
            connection.execute(f"DELETE FROM {table} WHERE trial_id = (SELECT trial_id FROM trials WHERE number = 3)")
        connection.execute("DELETE FROM trials WHERE number = 3")
    text, _ = mended(filled)
    assert "does not know 1 recorded trials of tiny" in text
    assert run_study(tiny(), store=filled, launch=leaving()).finished_here == 0


def test_runs_and_models_that_nobody_closes(filled):
    execute(filled, "UPDATE runs SET status = 'RUNNING', end_time = NULL WHERE name LIKE '#3 %'")
    client = open_client(filled)
    experiment = client.get_experiment_by_name("tiny").experiment_id
    run_id = load_results("tiny", filled).trials["run_id"].iloc[0]
    model = client.create_logged_model(experiment, name="half", source_run_id=run_id)
    text, done = mended(filled)
    assert text.startswith("tiny: 1 run, 1 model left open, and nothing runs them")
    assert done == "1 open run closed"
    assert client.get_logged_model(model.model_id).status == "FAILED"
    assert load_results("tiny", filled).trials["status"].tolist() == ["finished"] * 3 + ["killed"]


def test_a_run_that_an_earlier_version_began_without_saying_what_it_is(filled):
    client = open_client(filled)
    experiment = client.get_experiment_by_name("tiny").experiment_id
    run = client.create_run(experiment, run_name="study tiny")
    text, _ = mended(filled)
    assert f"1 runs of studies were never begun ({run.info.run_id})" in text
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"


def test_a_store_that_was_moved(filled, tmp_path):
    there = tmp_path / "there"
    shutil.move(filled, there)
    text, done = mended(there)
    assert "was moved or copied: its database has the files of tiny at file://" in text
    assert done.endswith(f"its files are recorded to be in {there}")


def test_a_study_half_put_aside(filled):
    (filled / LOCKS / "tiny.aside").write_text(json.dumps({"aside": "tiny until then"}))
    text, done = mended(filled)
    assert text.startswith("tiny: was being renamed")
    assert done == "is called 'tiny until then' now"
    assert len(load_results("tiny until then", filled).trials) == 4


def test_what_killed_processes_left(filled):
    (filled / "staging" / "tiny" / "7").mkdir(parents=True)
    (filled / f".{DATABASE}.new").write_bytes(b"half")
    text, done = mended(filled)
    assert text.startswith("2 files and folders are left of processes that were killed")
    assert done == "2 removed"


def test_a_database_that_was_left_half_made(store):
    with sqlite3.connect(store / DATABASE) as connection:
        connection.execute("CREATE TABLE _alembic_tmp_jobs (id)")
    text, _ = mended(store)
    assert "was left half-made, with nothing in it" in text


def test_addresses_that_lead_elsewhere_and_models_that_are_no_more(filled):
    execute(filled, "UPDATE runs SET artifact_uri = 'http://127.0.0.1:9/x' WHERE name LIKE '#3 %'")
    client = open_client(filled)
    run_id = load_results("tiny", filled).trials["run_id"].iloc[0]
    model = client.create_logged_model(client.get_experiment_by_name("tiny").experiment_id, source_run_id=run_id)
    client.finalize_logged_model(model.model_id, "READY")
    address, broken = problems(filled)
    assert "1 addresses lead out of the store (tiny: http://127.0.0.1:9/x)" in address.text
    assert "1 models that are called ready are not: tiny#0: it is missing" in broken.text
    assert address.mend is broken.mend is None
