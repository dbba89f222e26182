"""A run is found by whatever people call it, with MLflow's own client having made it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.records import StopReason
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.artifacts import artifact_names
from harness.store.local.files.disk import FolderDisk
from harness.store.local.reading.runs import find_run, is_run, model_file
from harness.store.record.experiments import rename_experiment
from harness.store.record.recorder import Recorder
from tests.conftest import make_result


@pytest.fixture
def client(store):
    return open_client(store)


@pytest.fixture
def recorder(client, store, tiny):
    return Recorder(client, FolderDisk(store), tiny(), {})


def start(recorder, trial=0, variant=1, replicate=0, phase="design"):
    return recorder.start(trial, recorder.study.variants[variant], replicate, phase)


def message(store, text):
    with pytest.raises(UsageError) as caught:
        find_run(store, text)
    return str(caught.value)


class TestFinding:
    def test_by_id_by_the_beginning_of_it_by_number_and_by_name(self, recorder, store):
        run_id = start(recorder, 7, replicate=3, phase="confirm")
        recorder.finish(run_id, make_result())
        found = find_run(store, run_id)
        for text in (run_id[:12], run_id[:12].upper(), "tiny#7", "tiny#07", " #7 · downsample=stride · r3 "):
            assert find_run(store, text) == found
        assert (found.run_id, found.experiment_id) == (run_id, recorder.experiment_id)
        assert (found.study, found.trial, found.replicate, found.phase) == ("tiny", 7, 3, "confirm")
        assert (found.variant, found.status) == ("downsample=stride", "finished")
        assert (found.name, found.short) == ("#7 · downsample=stride · r3", "tiny#7")
        assert found.settings == {"model.downsample": "stride"}
        assert found.digest == recorder.study.variants[1].digest
        assert Path(found.artifacts) == (store / "artifacts" / "tiny" / run_id / "artifacts").resolve()

    def test_a_run_that_was_renamed_in_the_ui_has_its_new_name(self, recorder, store):
        run_id = start(recorder)
        recorder.client.update_run(run_id, name="the good one")
        assert find_run(store, "the good one").run_id == run_id

    def test_how_it_ended(self, recorder, store):
        runs = [start(recorder, trial) for trial in range(4)]
        recorder.finish(runs[0], make_result(stop_reason=StopReason.PRUNED))
        recorder.fail(runs[1], "out of memory")
        recorder.kill(runs[2], "interrupted")
        found = [find_run(store, run_id) for run_id in runs]
        assert [run.status for run in found] == ["pruned", "failed", "killed", "running"]
        assert [run.error for run in found] == [None, "out of memory", "interrupted", None]

    def test_an_archived_study_is_found_under_its_new_name_and_by_id(self, recorder, store):
        run_id = start(recorder)
        rename_experiment(recorder.client, "tiny", "tiny until 2026-01-01 00.00.00")
        assert find_run(store, "tiny until 2026-01-01 00.00.00#0").run_id == run_id
        assert find_run(store, run_id).study == "tiny until 2026-01-01 00.00.00"
        assert "no such run" in message(store, "tiny#0")


def test_whether_a_text_names_a_run(recorder, store):
    run_id = start(recorder, 7)
    for text in (run_id, run_id[:8], "tiny#7", "#7 · downsample=stride · r0", "study tiny"):
        assert is_run(store, text)
    for text in ("tiny", "tiny#8", "0" * 32, run_id[:3]):
        assert not is_run(store, text)


def test_the_files_of_a_run_are_in_the_order_of_their_folders_and_numbers(recorder, store, tmp_path):
    run_id = start(recorder)
    for name in ("model.keras", "insight/b.png", "insight/a.png", "steps/140.png", "steps/20.png"):
        (tmp_path / "staged" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "staged" / name).write_text("x")
    recorder.finish(run_id, make_result(), tmp_path / "staged")
    names = [path.as_posix() for path in artifact_names(find_run(store, run_id))]
    assert names == ["model.keras", "insight/a.png", "insight/b.png", "steps/20.png", "steps/140.png"]


class TestErrors:
    def test_no_store(self, tmp_path):
        assert message(tmp_path, "tiny#0").startswith(f"{tmp_path}: there is no store here. Change to the")

    def test_a_study_is_no_trial(self, recorder, store):
        assert message(store, "tiny") == "tiny: is a study, no run. It has no trials yet."
        start(recorder, 0)
        start(recorder, 3)
        assert message(store, "tiny") == "tiny: is a study, no run. Its trials are tiny#0 to tiny#3."
        assert message(store, recorder.parent_id) == (
            f"{recorder.parent_id}: is the run of the study 'tiny' itself, no trial. Its trials are tiny#0 to tiny#3."
        )

    def test_a_number_that_the_study_does_not_have(self, recorder, store):
        start(recorder, 2)
        assert message(store, "tiny#3") == "tiny#3: the study 'tiny' has no trial '3'. Its trial is tiny#2."

    def test_the_nearest_one_is_suggested(self, recorder, store):
        start(recorder)
        assert "no such run in" in message(store, "tinny#0")
        assert "Did you mean 'tiny#0'? Name a run by STUDY#NUMBER" in message(store, "tinny#0")
        assert "Did you mean '#0 · downsample=stride · r0'?" in message(store, "#0 · downsample=strid · r0")
        assert "Did you mean" not in message(store, "0123456789")

    def test_several_that_match_are_named(self, recorder, store, client, tiny):
        other = Recorder(client, FolderDisk(store), tiny("other"), {})
        one, two = start(recorder), start(other)
        assert message(store, "#0 · downsample=stride · r0") == (
            f"#0 · downsample=stride · r0: 2 runs match: tiny#0 ({one[:8]}), other#0 ({two[:8]}). "
            "Name one of them like that."
        )

    def test_ids_that_begin_alike(self, recorder, store):
        ids = [start(recorder, trial) for trial in (4, 5)]
        wanted = [f"abcd{digit}{run_id[5:]}" for digit, run_id in zip("12", ids, strict=True)]
        with contextlib.closing(sqlite3.connect(store / DATABASE)) as connection, connection:
            for table in ("runs", "tags"):
                rows = zip(wanted, ids, strict=True)
                connection.executemany(f"UPDATE {table} SET run_uuid = ? WHERE run_uuid = ?", rows)
        assert message(store, "abcd").startswith("abcd: 2 runs match: tiny#4 (abcd1")
        assert find_run(store, "abcd2").trial == 5

    def test_fewer_than_four_digits_are_no_id(self, recorder, store):
        assert "no such run" in message(store, start(recorder)[:3])

    def test_a_deleted_run(self, recorder, store, client):
        run_id = start(recorder)
        client.delete_run(run_id)
        assert message(store, run_id) == (
            f"{run_id}: this run was deleted in the MLflow UI. Restore it there: `mlflow runs restore`."
        )
        assert "has no trial '0'" in message(store, "tiny#0")

    def test_a_run_of_something_else(self, client, store):
        run_id = client.create_run("0").info.run_id
        assert "is a run that harness did not make" in message(store, run_id)


class TestModel:
    def test_among_the_artifacts(self, recorder, store, tmp_path):
        run_id = start(recorder)
        assert model_file(store, run_id) is None
        (tmp_path / "staged").mkdir()
        (tmp_path / "staged" / "model.keras").write_bytes(b"one")
        recorder.finish(run_id, make_result(), tmp_path / "staged")
        assert model_file(store, run_id) == Path(find_run(store, run_id).artifacts) / "model.keras"

    def test_a_logged_model_comes_first(self, recorder, store, client, tmp_path):
        run_id = start(recorder)
        (tmp_path / "staged" / "data").mkdir(parents=True)
        (tmp_path / "staged" / "data" / "model.keras").write_bytes(b"two")
        client.log_artifact(run_id, str(tmp_path / "staged" / "data" / "model.keras"))
        model = client.create_logged_model(recorder.experiment_id, name="model", source_run_id=run_id)
        client.log_model_artifacts(model.model_id, str(tmp_path / "staged"))
        found = model_file(store, run_id)
        assert found.read_bytes() == b"two"
        assert model.model_id in str(found)

    def test_a_store_that_was_moved(self, recorder, store, tmp_path):
        run_id = start(recorder)
        recorder.client.log_text(run_id, "three", "model.keras")
        moved = tmp_path / "artifacts" / "moved"  # a folder of that name above it is none of the store's
        shutil.move(store, moved)
        assert model_file(moved, run_id).read_text() == "three"
        assert find_run(moved, "tiny#0").artifacts == str(moved / "artifacts" / "tiny" / run_id / "artifacts")
