"""Stores that somebody edited: one line names the run and the fault, and the other runs are read as ever."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.driver.resume import recorded_results
from harness.errors import DataError, UsageError
from harness.records import Evaluated, Started
from harness.reports import report
from harness.results import load_results, load_run
from harness.store import open_store
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.artifacts import add_files, picture_folders
from harness.store.local.files.disk import FolderDisk
from harness.store.local.reading.frames import unreadable_runs
from harness.store.local.reading.overview import summaries
from harness.store.local.reading.runs import find_run
from harness.store.record.recorder import Recorder
from harness.store.rows import read_result
from harness.trials import left_out_of
from tests.conftest import COSTS, FINGERPRINT, make_result


@pytest.fixture
def client(store):
    return open_client(store)


@pytest.fixture
def recorder(client, store, tiny):
    return Recorder(client, FolderDisk(store), tiny(), {"harness.version": "1"})


@pytest.fixture
def runs(recorder):
    """Four finished trials of two variants; the run ids by number."""
    found = []
    for trial in range(4):
        run_id = recorder.start(trial, recorder.study.variants[trial % 2], trial // 2, "design")
        recorder.take(run_id, Started(trial, FINGERPRINT, COSTS, "0123456789abcdef", 60))
        for step in (20, 40):
            recorder.take(run_id, Evaluated(trial, step, step / 40, 0.5, {"val_accuracy": 0.5, "val_loss": 1.0}))
        recorder.finish(run_id, make_result(0.9 + trial / 100))
        found.append(run_id)
    recorder.close("FINISHED")
    return found


def execute(store, statement, *values):
    with contextlib.closing(sqlite3.connect(store / DATABASE)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        assert connection.execute(statement, values).rowcount > 0


def set_tag(name, value):
    return (f"UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'harness.{name}'", value)


def drop_tag(name):
    return (f"DELETE FROM tags WHERE run_uuid = ? AND key = 'harness.{name}'",)


def set_metric(name, value):
    return (f"UPDATE latest_metrics SET value = ? WHERE run_uuid = ? AND key = '{name}'", value)


def set_point(name, value, column="value"):
    return (f"UPDATE metrics SET {column} = ? WHERE run_uuid = ? AND key = '{name}' AND step = 20", value)


def set_run(column, value):
    return (f"UPDATE runs SET {column} = ? WHERE run_uuid = ?", value)


NO_SETTINGS = "its tag harness.settings must be JSON of dotted paths and levels, got "
NO_SHARE = "its evaluation at step 20: its val_accuracy must be a number from 0 to 1, got "
EDITS = [
    (drop_tag("kind"), "its tag harness.kind must be 'trial' or 'study', got None"),
    (set_tag("kind", "trail"), "its tag harness.kind must be 'trial' or 'study', got 'trail'"),
    (drop_tag("trial"), "its tag harness.trial is missing"),
    (set_tag("trial", "one"), "its tag harness.trial must be a whole number of at least 0, got 'one'"),
    (set_tag("trial", "-1"), "its tag harness.trial must be a whole number of at least 0, got '-1'"),
    (set_tag("trial", "1.5"), "its tag harness.trial must be a whole number of at least 0, got '1.5'"),
    (set_tag("trial", "9" * 40), f"its tag harness.trial must be a whole number of at least 0, got '{'9' * 40}'"),
    (set_tag("trial", "²"), "its tag harness.trial must be a whole number of at least 0, got '²'"),
    (set_tag("trial", None), "its tag harness.trial is missing"),
    (drop_tag("variant"), "its tag harness.variant is missing"),
    (set_tag("digest", "../../../x"), "its digest must be 12 hexadecimal digits, got '../../../x'"),
    (set_tag("digest", ""), "its tag harness.digest is missing"),
    (set_tag("digest", b"0123456789ab"), "its tag harness.digest is missing"),
    (set_tag("replicate", "-3"), "its tag harness.replicate must be a whole number of at least 0, got '-3'"),
    (set_tag("replicate", "two"), "its tag harness.replicate must be a whole number of at least 0, got 'two'"),
    (set_tag("phase", "holiday"), "its phase must be one of design, search, confirm, got 'holiday'"),
    (set_tag("stop_reason", "bored"), "its stop_reason must be one of target, maximum, time_budget, plateau, "),
    (drop_tag("stop_reason"), "it is finished, and does not say why its training ended (stop_reason)"),
    (set_tag("settings", "not JSON"), NO_SETTINGS + "'not JSON'"),
    (set_tag("settings", "[1]"), NO_SETTINGS + "'[1]'"),
    (set_tag("settings", '{"digest": "../x"}'), NO_SETTINGS),
    (set_tag("settings", "[" * 5000), NO_SETTINGS + "'[[[["),
    (
        set_tag("settings", '{"model.downsample": %d}' % 2**70),  # noqa: UP031  braces
        "its tag harness.settings has a number beyond 64 bits at model.downsample",
    ),
    (set_tag("threads", "many"), "its tag harness.threads must be a whole number of at least 0, got 'many'"),
    (set_tag("threads", "0"), "its threads must be a whole number of at least 1, of at most 53 bits, got 0"),
    (set_tag("variant", b"\xff\xfe"), "its tag harness.variant is missing"),
    (set_metric("test/accuracy", "good"), "its test_accuracy must be a number from 0 to 1, got 'good'"),
    (set_metric("test/accuracy", 98.5), "its test_accuracy must be a number from 0 to 1, got 98.5"),
    (set_metric("test/accuracy", b"\x00"), "its test_accuracy must be a number from 0 to 1, got b'\\x00'"),
    (set_metric("seconds/train", -4.0), "its train_seconds must be a number from 0 to 1e+12, got -4.0"),
    (set_metric("cost/parameters", 1e300), "its parameters must be a whole number of at least 0, of at most 53 bits"),
    (set_metric("cost/parameters", 10.5), "its parameters must be a whole number of at least 0, of at most 53 bits"),
    (set_point("val/accuracy", "high"), NO_SHARE + "'high'"),
    (set_point("val/accuracy", 7.0), NO_SHARE + "7.0"),
    (set_run("status", "ASLEEP"), "its status must be one of finished, pruned, failed, killed, running, got 'asleep'"),
    (set_run("start_time", 2**62), f"its start must be a time between 1970 and 2262 in milliseconds, got {2**62}"),
    (set_run("start_time", "today"), "its start must be a time between 1970 and 2262 in milliseconds, got 'today'"),
    (set_run("end_time", -1), "its end must be a time between 1970 and 2262 in milliseconds, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "fault"), EDITS, ids=lambda value: value[0][:0] if isinstance(value, tuple) else None)
def test_a_run_with_an_edited_record_is_left_out_and_named(store, runs, edit, fault):
    statement, *values = edit
    execute(store, statement, *values, runs[1])
    results = load_results("tiny", store)
    assert results.trials["trial"].tolist() == [0, 2, 3]
    assert results.trials["test_accuracy"].tolist() == pytest.approx([0.89, 0.91, 0.92])
    assert results.history["trial"].tolist() == [0, 0, 2, 2, 3, 3]
    (said,) = left_out_of(results.trials)
    assert said.run_id == runs[1]
    assert said.fault.startswith(fault)
    remark = report(*results).remarks[0]
    assert remark.startswith(f"Left out: 1 trial that cannot be read: run {runs[1]}")
    assert fault in remark
    assert [(name, one.run_id, one.fault) for name, one in unreadable_runs(store)] == [("tiny", runs[1], said.fault)]
    assert [summary.name for summary in summaries(store)] == ["tiny"]
    assert find_run(store, runs[0]).trial == 0
    assert load_run(runs[0], store).row["test_accuracy"] == pytest.approx(0.89)
    if "harness.kind" not in fault:
        with pytest.raises(UsageError) as caught:
            load_run(runs[1], store)
        assert str(caught.value).startswith(f"run {runs[1]} cannot be read: ")
        assert "\n" not in str(caught.value)


def test_of_two_runs_with_one_number_neither_is_taken(store, runs):
    execute(store, *set_tag("trial", "2"), runs[1])
    results = load_results("tiny", store)
    assert results.trials["trial"].tolist() == [0, 3]
    assert results.history["trial"].tolist() == [0, 0, 3, 3]
    assert [(one.run_id, one.fault) for one in left_out_of(results.trials)] == [
        (runs[1], f"its number 2 is that of run {runs[2]} too"),
        (runs[2], f"its number 2 is that of run {runs[1]} too"),
    ]


def test_a_run_whose_text_cannot_be_decoded_is_left_out_alone(store, runs):
    execute(
        store, "UPDATE tags SET value = CAST(x'fffe41' AS TEXT) WHERE run_uuid = ? AND key = 'harness.variant'", runs[1]
    )
    results = load_results("tiny", store)
    assert results.trials["trial"].tolist() == [0, 2, 3]
    assert [one.fault for one in left_out_of(results.trials)] == ["its tags or metrics are no UTF-8 text"]


def test_a_result_that_cannot_be_read_is_not_taken_for_one(store, runs):
    execute(store, *set_tag("phase", "holiday"), runs[1])
    trials = load_results("tiny", store).trials
    assert read_result(trials, 0).metrics["test_accuracy"] == pytest.approx(0.89)
    with pytest.raises(UsageError, match=r"^trial 1: no result of it can be read: run .* its phase must be one of"):
        read_result(trials, 1)


def test_a_study_with_a_damaged_run_does_not_go_on(store, recorder, runs):
    execute(store, *set_tag("phase", "holiday"), runs[1])
    with pytest.raises(UsageError, match=rf"cannot go on before all of its runs can be read.*run {runs[1]}"):
        recorded_results(recorder.study, open_store(store))


class TestTheStudyItself:
    """What the study's own run, or its experiment, may have gone through."""

    def message(self, store, name="tiny"):
        with pytest.raises(UsageError) as caught:
            load_results(name, store)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def keep(self, store, recorder, text):
        (store / "artifacts" / "tiny" / recorder.parent_id / "artifacts" / "study.json").write_text(text)

    def test_text_that_is_no_json_is_named(self, store, recorder, runs):
        self.keep(store, recorder, "{{")
        where = f"{store}: what is recorded of the study 'tiny' itself is damaged: Expecting property name"
        assert self.message(store).startswith(where)
        ((name, one),) = unreadable_runs(store)
        assert (name, one.run_id) == ("tiny", recorder.parent_id)
        assert one.fault.startswith(where)

    @pytest.mark.parametrize("text", ["[]", '"x"', "null", '{"given": 3}', '{"given": {}, "text": 1}', "[" * 9000])
    def test_json_that_is_no_study_too(self, store, recorder, runs, text):
        self.keep(store, recorder, text)
        assert f"the study 'tiny' cannot be read from its run {recorder.parent_id}" in self.message(store)

    @pytest.mark.parametrize("given", [{}, {"question": 1}, {"design": {"kind": []}}, {"model": {"preset": [1]}}])
    def test_tables_that_are_no_study_are_named_line_by_line(self, store, recorder, runs, given):
        self.keep(store, recorder, json.dumps({"given": given}))
        with pytest.raises(DataError) as caught:
            load_results("tiny", store)
        assert all(line.startswith(f"{store}: the recorded study 'tiny'") for line in str(caught.value).splitlines())

    def test_a_run_that_was_deleted_can_be_restored(self, store, recorder, runs):
        recorder.client.delete_run(recorder.parent_id)
        fix = f"Restore it: `mlflow runs restore --run-id {recorder.parent_id}`."
        assert self.message(store).endswith(f"the run of the study 'tiny' itself was deleted in the MLflow UI. {fix}")
        recorder.client.restore_run(recorder.parent_id)
        assert len(load_results("tiny", store).trials) == 4

    def test_without_its_tags_there_are_trials_and_no_study(self, store, recorder, runs):
        execute(store, "DELETE FROM tags WHERE run_uuid = ?", recorder.parent_id)
        assert "'tiny' has trials, but the run of the study itself is gone or has lost its tags" in self.message(store)

    def test_of_two_the_one_begun_last_counts_as_when_it_goes_on(self, store, client, recorder, runs, tiny):
        execute(store, "UPDATE runs SET start_time = 1000 WHERE run_uuid = ?", recorder.parent_id)
        second = client.create_run(recorder.experiment_id, tags=client.get_run(recorder.parent_id).data.tags)
        kept = {"given": {**tiny().given, "question": "Which of the two?"}, "source": None, "text": ""}
        client.log_text(second.info.run_id, json.dumps(kept), "study.json")
        assert load_results("tiny", store).study.question == "Which of the two?"
        assert Recorder(client, FolderDisk(store), tiny(), {}).parent_id == second.info.run_id

    def test_an_experiment_of_another_tool_is_called_so(self, store, client):
        experiment = client.create_experiment("theirs", artifact_location=str(store / "theirs"))
        said = f"{store}: 'theirs' is an MLflow experiment that harness did not make."
        assert self.message(store, "theirs") == said
        run = client.create_run(experiment, tags={"model": "forest"})
        client.log_metric(run.info.run_id, "accuracy", 0.5)
        assert self.message(store, "theirs") == said
        with pytest.raises(UsageError, match="is a run that harness did not make, so not a trial"):
            load_run(run.info.run_id, store)
        assert unreadable_runs(store) == []

    def test_runs_of_another_tool_among_the_trials_are_not_counted(self, store, client, recorder, runs):
        client.create_run(recorder.experiment_id, tags={"mlflow.parentRunId": recorder.parent_id, "note": "mine"})
        results = load_results("tiny", store)
        assert len(results.trials) == 4
        assert left_out_of(results.trials) == ()

    def test_a_deleted_trial_is_gone_until_it_is_restored(self, store, client, recorder, runs):
        client.delete_run(runs[2])
        assert load_results("tiny", store).trials["trial"].tolist() == [0, 1, 3]
        client.restore_run(runs[2])
        assert load_results("tiny", store).trials["trial"].tolist() == [0, 1, 2, 3]

    def test_an_experiment_renamed_in_the_ui_is_read_under_its_new_name(self, store, client, recorder, runs):
        client.rename_experiment(recorder.experiment_id, "tiny <b>")
        results = load_results("tiny <b>", store)
        assert (results.study.name, len(results.trials)) == ("tiny <b>", 4)
        assert find_run(store, "tiny <b>#3").run_id == runs[3]

    def test_trials_without_a_parent_are_trials_all_the_same(self, store, runs):
        execute(store, "DELETE FROM tags WHERE key = 'mlflow.parentRunId'")
        assert len(load_results("tiny", store).trials) == 4
        assert [summary.counts for summary in summaries(store)] == [{"finished": 4}]


class TestAddresses:
    """Where a store says its files are: nothing outside it is read, and a store that was moved finds its own."""

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:9/x", "file:///etc", "/etc", "s3://bucket/x", "file:///x/artifacts/../../etc", ""]
    )
    def test_artifacts_elsewhere_are_refused(self, store, runs, address):
        execute(store, "UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", address, runs[0])
        with pytest.raises(UsageError, match=r"its database keeps files at .*, which is not in the store"):
            find_run(store, runs[0])
        assert picture_folders(store, "tiny") == {}

    def test_a_copy_of_a_store_reads_its_own_files_while_the_first_is_still_there(self, store, runs, tmp_path):
        shutil.copytree(store, tmp_path / "copy")
        place = tmp_path / "copy" / "artifacts" / "tiny" / runs[0] / "artifacts"
        assert find_run(tmp_path / "copy", runs[0]).artifacts == str(place)

    def test_a_link_out_of_the_store_is_not_followed(self, store, runs, tmp_path):
        outside = tmp_path / "outside" / "insight"
        outside.mkdir(parents=True)
        (outside / "network.png").write_bytes(b"secret")
        run = find_run(store, runs[0])
        artifacts = Path(run.artifacts)
        artifacts.mkdir(parents=True, exist_ok=True)
        (artifacts / "insight").symlink_to(outside)
        assert picture_folders(store, "tiny") == {}
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "network.png").write_bytes(b"drawn")
        with pytest.raises(UsageError, match="insight: leads out of the store by a link"):
            add_files(store, run, tmp_path / "new", "insight")
        assert (outside / "network.png").read_bytes() == b"secret"
