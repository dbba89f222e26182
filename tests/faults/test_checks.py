"""The oracle finds what is planted in a store that was whole."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.driver import run_study
from harness.study import build_study
from tests.conftest import TINY
from tests.faults import checks
from tests.faults.inject import Injector
from tests.faults.workers import Workers

WHOLE = {"tiny": {"design": 4}}


@pytest.fixture(scope="module")
def made(tmp_path_factory, empty_database) -> tuple[Path, Path]:
    """A store with a whole study, and a copy of it to go back to."""
    folder = tmp_path_factory.mktemp("oracle")
    store = folder / "mlruns"
    store.mkdir()
    shutil.copy(empty_database, store / "mlflow.db")
    run_study(build_study(TINY, name="tiny", text="# tiny\n"), store=store, launch=Workers(Injector(Path("/nowhere"))))
    for name in ("mlflow.db", "optuna.db"):
        with contextlib.closing(sqlite3.connect(store / name)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store, Path(shutil.copytree(store, folder / "kept"))


@pytest.fixture
def whole(made) -> Path:
    store, kept = made
    shutil.rmtree(store)
    shutil.copytree(kept, store)
    return store


def change(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute(statement).rowcount > 0, statement


TRIAL = "(SELECT run_uuid FROM tags WHERE key = 'harness.trial' AND value = '2')"
STUDY = "(SELECT run_uuid FROM tags WHERE key = 'harness.kind' AND value = 'study')"

IN_MLFLOW = {
    f"UPDATE runs SET status = 'RUNNING' WHERE run_uuid = {TRIAL}": "tiny: a run of kind trial is RUNNING",
    f"UPDATE runs SET status = 'RUNNING' WHERE run_uuid = {STUDY}": "tiny: a run of kind study is RUNNING",
    f"DELETE FROM tags WHERE key = 'harness.kind' AND run_uuid = {STUDY}": "tiny: has 1 runs of no kind",
    f"DELETE FROM metrics WHERE key = 'val/accuracy' AND step = 40 AND run_uuid = {TRIAL}": "tiny#2 has the curve",
    f"UPDATE latest_metrics SET value = 0.5 WHERE key = 'test/loss' AND run_uuid = {TRIAL}": "has test/loss = 0.5",
    f"DELETE FROM tags WHERE key = 'harness.processor' AND run_uuid = {TRIAL}": "does not say where it ran",
    f"UPDATE tags SET value = '0' WHERE key = 'harness.replicate' AND run_uuid = {TRIAL}": "is finished 2 times",
    f"UPDATE tags SET value = '3' WHERE key = 'harness.trial' AND run_uuid = {TRIAL}": "2 runs have the number 3",
    f"UPDATE logged_models SET status = 1 WHERE source_run_id = {TRIAL}": "is PENDING",
    "DELETE FROM inputs WHERE destination_type = 'MODEL_OUTPUT'": "is READY and no output of its run",
    "UPDATE runs SET experiment_id = 0 WHERE name LIKE '#2 %'": "trial 2 is COMPLETE in Optuna and not in MLflow",
    "UPDATE experiments SET name = 'tiny until now' WHERE name = 'tiny'": "'tiny' is in Optuna alone",
}
IN_OPTUNA = {
    "UPDATE trials SET state = 'RUNNING' WHERE number = 1": "Optuna's trial 1 is RUNNING",
    "UPDATE trials SET state = 'FAIL' WHERE number = 1": "trial 1 is FINISHED in MLflow and FAIL in Optuna",
    "UPDATE trial_values SET value = 0.1 WHERE trial_id = 2": "trial 1 has [(0.1,)] in Optuna",
    "DELETE FROM trial_user_attributes WHERE key = 'harness:run_id' AND trial_id = 2": "trial 1 has run_id None",
}


def test_nothing_is_wrong_with_a_store_that_is_whole(whole):
    assert checks.violations(whole, WHOLE, checks.finished(whole)) == []
    assert checks.leftovers(whole.parent / "mlruns", excused=False) == []


@pytest.mark.parametrize(("statement", "said"), IN_MLFLOW.items())
def test_what_is_planted_in_mlflow_is_found(whole, statement, said):
    change(whole / "mlflow.db", statement)
    assert any(said in text for text in checks.violations(whole, WHOLE, {}))


@pytest.mark.parametrize(("statement", "said"), IN_OPTUNA.items())
def test_what_is_planted_in_optuna_is_found(whole, statement, said):
    change(whole / "optuna.db", statement)
    assert any(said in text for text in checks.violations(whole, WHOLE, {}))


@pytest.mark.parametrize(
    ("pattern", "content", "said"),
    [
        ("artifacts/tiny/*/artifacts/history.csv", None, "has an artifact history.csv that is missing"),
        ("artifacts/tiny/*/artifacts/summary.txt", b"lay", "has an artifact summary.txt that is not whole"),
        ("artifacts/tiny/*/artifacts/tiny.toml", b"", "the study file of its own run is empty"),
        ("artifacts/tiny/models/*/artifacts/data/model.keras", b"PK", "is not whole"),
        ("artifacts/tiny/models/*/artifacts/MLmodel", None, "is READY and lacks ['MLmodel']"),
    ],
)
def test_files_that_are_gone_or_cut_off_are_found(whole, pattern, content, said):
    file = next(iter(sorted(whole.glob(pattern))))
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert any(said in text for text in checks.violations(whole, WHOLE, {}))


def test_a_lost_training_and_a_lost_store_are_found(whole):
    assert "tiny: finished are {'design': 4}, planned were {'design': 5}" in checks.violations(
        whole, {"tiny": {"design": 5}}, {}
    )
    assert checks.violations(whole, WHOLE, {"f" * 32: ()}) == [
        f"the run {'f' * 32}, which was finished before, is lost"
    ]
    (whole / "optuna.db").unlink()
    assert checks.violations(whole, WHOLE, {}) == ["optuna.db is missing"]


@pytest.mark.parametrize("name", [".NAME-x1y2", "mlflow.db.new", ".artifact.uploading.ab12", "staging/tiny/0/a.csv"])
def test_temporary_files_are_left_over(whole, name):
    (whole / name).parent.mkdir(parents=True, exist_ok=True)
    (whole / name).touch()
    assert checks.leftovers(whole, excused=True) == [f"{name} is left over"]


def test_a_folder_of_no_run_is_found(whole):
    (whole / "artifacts" / "tiny" / "models" / "m-1" / "artifacts").mkdir(parents=True)
    assert checks.violations(whole, WHOLE, {}) == ["artifacts/tiny/models/m-1 belongs to no run and no model"]
