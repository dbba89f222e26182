"""What is written is what MLflow's own client reads, and what comes back as frames."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sqlite3
from dataclasses import replace

import pandas as pd
import pytest

from harness.errors import RunError, UsageError
from harness.metrics import IN_MLFLOW, NEED_FINITE, from_mlflow, in_mlflow
from harness.records import Evaluated, Scored, Started, StopReason
from harness.results import load_recorded_study, load_results, load_run
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.reading.frames import read_frames
from harness.store.local.reading.overview import summaries
from harness.store.record.batches import Batch
from harness.store.record.experiments import open_trials, rename_experiment
from harness.store.record.recorder import Recorder
from harness.store.rows import read_result
from tests.conftest import COSTS, FINGERPRINT, make_result


@pytest.fixture
def recorder(store, tiny):
    return Recorder(
        open_client(store), FolderDisk(store), tiny(), {"harness.version": "0.1.0", "mlflow.source.git.commit": "abc"}
    )


def record(recorder, trial=0, variant=1, replicate=0, end=True, **result):
    run_id = recorder.start(trial, recorder.study.variants[variant], replicate, "design")
    recorder.take(run_id, Started(trial, FINGERPRINT, COSTS, "0123456789abcdef", 60))
    for step, value in ((20, 0.5), (40, 0.75)):
        metrics = {"train_loss": 0.7, "train_accuracy": 0.6, "val_loss": 1 - value, "val_accuracy": value}
        recorder.take(run_id, Evaluated(trial, step, step / 40, step / 100, metrics))
    if end:
        recorder.finish(run_id, make_result(**result))
    return run_id


class TestRuns:
    def test_a_finished_trial(self, recorder, tmp_path):
        artifacts = tmp_path / "staged"
        artifacts.mkdir()
        (artifacts / "summary.txt").write_text("layers")
        run_id = recorder.start(7, recorder.study.variants[1], 3, "design")
        recorder.finish(run_id, make_result(0.9), artifacts)
        run = recorder.client.get_run(run_id)
        assert run.info.status == "FINISHED"
        assert run.info.run_name == "#7 · downsample=stride · r3"
        assert run.data.params["model.downsample"] == "stride"
        assert run.data.params["train.learning_rate"] == "0.01"
        assert run.data.params["replicate"] == "3"
        assert run.data.metrics["test/accuracy"] == pytest.approx(0.89)
        assert run.data.metrics["seconds/train"] == 2.0
        assert "target/steps" not in run.data.metrics, "a censored time is no number"
        tags = run.data.tags
        assert tags["mlflow.parentRunId"] == recorder.parent_id
        assert tags["mlflow.source.git.commit"] == "abc"
        assert tags["harness.variant"] == "downsample=stride"
        assert tags["mlflow.runColor"] == "#D55E00"
        assert tags["harness.stop_reason"] == "maximum"
        assert [file.path for file in recorder.client.list_artifacts(run_id)] == ["summary.txt"]
        assert not artifacts.exists(), "what was taken is not left behind"

    def test_metrics_by_step_are_written_with_a_flush(self, recorder):
        run_id = record(recorder, end=False)
        assert recorder.client.get_metric_history(run_id, "val/accuracy") == []
        recorder.flush()
        points = recorder.client.get_metric_history(run_id, "val/accuracy")
        assert [(point.step, point.value) for point in points] == [(20, 0.5), (40, 0.75)]

    def test_a_pruned_trial_is_killed_and_says_so(self, recorder):
        run = recorder.client.get_run(record(recorder, stop_reason=StopReason.PRUNED))
        assert run.info.status == "KILLED"
        assert (run.data.tags["harness.pruned"], run.data.tags["harness.stop_reason"]) == ("true", "pruned")

    def test_an_interrupted_trial_is_killed_and_not_called_pruned(self, recorder):
        run_id = record(recorder, end=False)
        recorder.kill(run_id, "interrupted")
        run = recorder.client.get_run(run_id)
        assert run.info.status == "KILLED"
        assert run.data.tags["harness.pruned"] == "false"
        assert len(recorder.client.get_metric_history(run_id, "val/accuracy")) == 2, "what was measured is kept"

    def test_a_trial_cut_off_while_it_was_closed_as_pruned_is_not_pruned(self, recorder, store):
        run_id = record(recorder, end=False)
        recorder.client.set_tag(run_id, "harness.pruned", "true")
        recorder.kill(run_id, "its run was killed")
        assert read_frames(store, "tiny")[0]["status"].tolist() == ["killed"]

    def test_a_failed_trial_has_its_traceback(self, recorder):
        run_id = record(recorder, end=False)
        recorder.fail(run_id, "ValueError: no", "Traceback ...\nValueError: no")
        assert recorder.client.get_run(run_id).info.status == "FAILED"
        assert [file.path for file in recorder.client.list_artifacts(run_id)] == ["traceback.txt"]

    def test_the_parent_run_carries_the_study(self, recorder):
        recorder.close("FINISHED")
        parent = recorder.client.get_run(recorder.parent_id)
        assert parent.info.status == "FINISHED"
        assert parent.data.tags["harness.question"] == recorder.study.question
        assert [file.path for file in recorder.client.list_artifacts(recorder.parent_id)] == ["study.json", "tiny.toml"]

    def test_the_experiment_lies_beside_the_database_wherever_the_process_stands(self, recorder, store):
        experiment = recorder.client.get_experiment(recorder.experiment_id)
        assert experiment.name == "tiny"
        assert experiment.artifact_location == (store / "artifacts" / "tiny").resolve().as_uri()

    def test_opening_again_goes_on_in_the_same_parent(self, recorder, store, tiny):
        again = Recorder(open_client(store), FolderDisk(store), tiny(), {})
        assert (again.experiment_id, again.parent_id) == (recorder.experiment_id, recorder.parent_id)

    def test_a_deleted_experiment_is_named_with_the_way_out(self, recorder, store, tiny):
        recorder.client.delete_experiment(recorder.experiment_id)
        with pytest.raises(UsageError, match=r"was deleted in the MLflow UI\. Restore it there"):
            Recorder(open_client(store), FolderDisk(store), tiny(), {})

    def test_archiving_keeps_everything_under_another_name(self, recorder, store, tiny):
        record(recorder)
        rename_experiment(recorder.client, "tiny", "tiny until now")
        fresh = Recorder(open_client(store), FolderDisk(store), tiny(), {})
        assert fresh.experiment_id != recorder.experiment_id
        assert len(read_frames(store, "tiny until now")[0]) == 1


class TestReading:
    def test_a_row_a_trial(self, recorder, store):
        run_id = record(recorder, trial=4, replicate=2)
        trials, history = read_frames(store, "tiny")
        row = trials.iloc[0]
        expected = {
            "study": "tiny", "trial": 4, "run_id": run_id, "variant": "downsample=stride", "replicate": 2,
            "phase": "design", "status": "finished", "stop_reason": "maximum", "steps": 60, "val_accuracy": 0.75,
            "test_accuracy": 0.89, "parameters": 1000, "macs": 5000, "processor": "test processor", "workers": 2,
            "data_digest": "0123456789abcdef", "git_revision": "abc", "model.downsample": "stride",
        }  # fmt: skip
        assert {name: row[name] for name in expected} == expected
        assert math.isnan(row["steps_to_target"])
        assert history[["trial", "step", "epoch", "train_seconds", "val_accuracy"]].values.tolist() == [
            [4, 20, 0.5, 0.2, 0.5],
            [4, 40, 1.0, 0.4, 0.75],
        ]

    def test_it_is_what_the_client_reads(self, recorder, store):
        run_id = record(recorder)
        trials, history = read_frames(store, "tiny")
        metrics = {from_mlflow(key): value for key, value in recorder.client.get_run(run_id).data.metrics.items()}
        shared = [name for name in metrics if name in trials.columns]
        assert len(shared) > 15
        assert {name: trials.iloc[0][name] for name in shared} == {name: metrics[name] for name in shared}
        for name in ("val_loss", "train_accuracy"):
            points = recorder.client.get_metric_history(run_id, in_mlflow(name))
            assert history[name].tolist() == [point.value for point in points]

    def test_a_store_with_the_names_of_earlier_versions_reads_the_same(self, recorder, store):
        metrics = {**make_result().metrics, "dead_features": 3, "dead_features/conv_1": 3}
        record(recorder, metrics=metrics, steps_to_target=40, seconds_to_target=0.4)
        expected = read_frames(store, "tiny")
        assert expected[0].loc[0, ["steps_to_target", "dead_features/conv_1"]].tolist() == [40, 3]
        with sqlite3.connect(store / DATABASE) as connection:
            for table in ("metrics", "latest_metrics"):
                for ours, theirs in (*IN_MLFLOW.items(), ("dead_features/conv_1", "features/dead/conv_1")):
                    connection.execute(f"UPDATE {table} SET key = ? WHERE key = ?", (ours, theirs))
                (grouped,) = connection.execute(f"SELECT COUNT(*) FROM {table} WHERE key LIKE 'val/%'").fetchone()
                assert grouped == 0
        for found, frame in zip(read_frames(store, "tiny"), expected, strict=True):
            pd.testing.assert_frame_equal(found, frame, check_like=True)

    def test_not_a_number_and_infinity_survive(self, recorder, store):
        metrics = {**make_result().metrics, "test_loss": math.nan, "test_accuracy": 0.1}
        record(recorder, metrics=metrics, images_per_second=math.inf)
        row = read_frames(store, "tiny")[0].iloc[0]
        assert math.isnan(row["test_loss"])
        assert row["images_per_second"] == math.inf

    def test_scores_that_earlier_versions_gave_a_network_that_diverged_are_none(self, recorder, store):
        run_id = recorder.start(0, recorder.study.base, 0, "design")
        recorder.take(run_id, Started(0, FINGERPRINT, COSTS, "0123456789abcdef", 60))
        lost = {"train_loss": math.nan, "train_accuracy": 0.1, "val_loss": math.inf, "val_accuracy": 0.1}
        recorder.take(run_id, Evaluated(0, 20, 0.5, 1.0, {"val_accuracy": 0.2, "val_loss": 2.2}))
        recorder.take(run_id, Evaluated(0, 40, 1.0, 2.0, lost))
        changes = {"metrics": {**lost, "test_accuracy": 0.1}, "steps_to_target": 40, "seconds_to_target": 2.0}
        recorder.finish(run_id, make_result(stop_reason=StopReason.NOT_FINITE, **changes))
        trials, history = read_frames(store, "tiny")
        assert trials.loc[0, list(NEED_FINITE)].isna().all()
        assert trials.loc[0, ["steps", "parameters", "train_seconds"]].tolist() == [60, 1000, 2]
        assert history["val_accuracy"].tolist() == pytest.approx([0.2, math.nan], nan_ok=True)
        assert read_result(trials, 0).metrics == {}

    def test_a_result_comes_back_whole(self, recorder, store):
        sent = make_result(0.75, StopReason.TARGET, steps_to_target=40, seconds_to_target=0.4)
        sent = dataclasses.replace(sent, foreign_load=0.125, studies_beside=1)
        sent.metrics.update({"train_loss": 0.7, "train_accuracy": 0.6, "val_loss": 0.25})
        run_id = record(recorder, end=False)
        recorder.finish(run_id, sent)
        assert read_result(read_frames(store, "tiny")[0], 0) == sent

    def test_the_study_comes_back(self, recorder, store):
        record(recorder)
        results = load_results("tiny", store)
        assert results.study == recorder.study
        assert results.study.text == "# tiny\n"
        assert len(results.trials) == 1

    def test_a_long_study_comes_back_whole(self, store, tiny):
        study = tiny(notes="long " * 5000)
        Recorder(open_client(store), FolderDisk(store), study, {})
        assert load_results("tiny", store).study.notes == study.notes

    def test_running_trials_are_left_out(self, recorder, store):
        run_id = record(recorder, end=False)
        assert read_frames(store, "tiny")[0].empty
        assert open_trials(recorder.client, recorder.experiment_id) == [run_id]

    def test_summaries_count_by_status(self, recorder, store):
        record(recorder, 0)
        record(recorder, 1, stop_reason=StopReason.PRUNED)
        record(recorder, 2, end=False)
        (summary,) = summaries(store)
        assert (summary.name, summary.question) == ("tiny", recorder.study.question)
        assert summary.counts == {"finished": 1, "pruned": 1, "running": 1}

    def test_an_unknown_study_suggests_the_nearest(self, recorder, store):
        assert recorder
        with pytest.raises(UsageError, match=r"no study 'tinny' in this store\. Did you mean 'tiny'\?"):
            read_frames(store, "tinny")

    def test_no_store(self, tmp_path):
        assert summaries(tmp_path) == []
        with pytest.raises(UsageError, match="there is no store here"):
            read_frames(tmp_path, "tiny")


def test_tests_on_the_way_refits_probes_and_digests_come_back(store, tiny):
    study = tiny(probes=["features"])
    client = open_client(store)
    recorder = Recorder(client, FolderDisk(store), study, {})
    run_id = recorder.start(0, study.base, 0, "design")
    recorder.take(run_id, Started(0, FINGERPRINT, COSTS, "0123456789abcdef", 60))
    recorder.take(run_id, Scored(0, 0, 0.0, 0.0, {"test_loss": 2.3, "test_accuracy": 0.1}))
    result = make_result()
    evaluated = {name: value for name, value in result.metrics.items() if not name.startswith("test_")}
    recorder.take(run_id, Evaluated(0, 60, 1.5, 2.0, evaluated))
    result = replace(
        result,
        metrics={**result.metrics, "dead_features": 3, "redundant_features": 1, "dead_features/conv_1": 3},
        clocks=replace(result.clocks, refit=4.0),
        refit_steps=50,
        digests={"weights": "abc", "history": "def"},
    )
    recorder.finish(run_id, result)
    recorder.close("FINISHED")
    trials, history = read_frames(store, study.name)
    row = trials.iloc[0]
    assert (row["test_accuracy"], row["refit_steps"], row["refit_seconds"]) == (
        result.metrics["test_accuracy"],
        50,
        4.0,
    )
    assert (row["dead_features"], row["dead_features/conv_1"]) == (3, 3)
    assert (row["weights_digest"], row["history_digest"]) == ("abc", "def")
    assert history["step"].tolist() == [0, 60]
    assert history["test_accuracy"].isna().tolist() == [False, True]  # the refitted network's is not of this training
    assert read_result(trials, 0) == result


class TestOneTrial:
    def test_it_is_what_the_frames_have(self, recorder, store):
        record(recorder, 0)
        run_id = record(recorder, 1, replicate=1)
        found = load_run("tiny#1", store)
        trials, history = read_frames(store, "tiny")
        assert (found.run.run_id, found.study.digest) == (run_id, recorder.study.digest)
        expected = trials[trials["trial"] == 1].reset_index(drop=True)
        pd.testing.assert_frame_equal(pd.DataFrame([found.row]), expected, check_dtype=False)
        pd.testing.assert_frame_equal(found.history, history[history["trial"] == 1].reset_index(drop=True))

    def test_one_that_still_runs_has_what_there_is_so_far(self, recorder, store):
        run_id = record(recorder, end=False)
        recorder.flush()
        found = load_run(run_id, store)
        assert (found.row["status"], found.row["val_accuracy"]) == ("running", 0.75)
        assert math.isnan(found.row["test_accuracy"])
        assert list(found.history["step"]) == [20, 40]
        assert found.files == []


class TestInANotebook:
    def test_results_have_a_row_a_variant(self, recorder, store):
        for trial, variant in enumerate((0, 1, 1)):
            record(
                recorder,
                trial,
                variant,
                replicate=trial // 2,
                accuracy=0.9,
                steps_to_target=40 + trial,
                seconds_to_target=1.0,
            )
        recorder.fail(record(recorder, 3, end=False), "no")
        results = load_results("tiny", store)
        assert repr(results) == "<Results tiny: 3 trials finished, 1 trial failed, 8 evaluations>"
        rows = re.findall(r"<tr>(.*?)</tr>", results._repr_html_())
        assert [re.findall(r">([^<]+)<", row) for row in rows] == [
            ["variant", "finished", "mean validation accuracy", "mean test accuracy", "mean steps to target"],
            ["base", "1", "75.00 %", "89.00 %", "40"],
            ["downsample=stride", "2", "75.00 %", "89.00 %", "42"],
        ]

    def test_a_missed_target_is_said(self, recorder, store):
        record(recorder, 0, 0, steps_to_target=40, seconds_to_target=1.0)
        record(recorder, 1, 1)
        assert "missed in 1" in load_results("tiny", store)._repr_html_()


class TestTheStudyItself:
    """It is kept whole, in one file; earlier versions kept it in tags."""

    LEGACY = 4000
    """Characters of a part in a tag of earlier versions."""

    def in_tags(self, recorder, store, *kept):
        """Keep studies as earlier versions did, one after the other."""
        (store / "artifacts" / "tiny" / recorder.parent_id / "artifacts" / "study.json").unlink()
        for each in kept:
            text = json.dumps(each)
            for number, first in enumerate(range(0, len(text), self.LEGACY)):
                recorder.client.set_tag(
                    recorder.parent_id, f"harness.study.{number}", text[first : first + self.LEGACY]
                )

    def kept(self, study, notes):
        return {"given": {**study.given, "notes": notes}, "source": None, "text": study.text}

    def test_a_shorter_wording_takes_the_place_of_a_longer_one(self, store, tiny):
        for notes in ("long " * 3000, "short"):
            Recorder(open_client(store), FolderDisk(store), tiny(notes=notes), {}).close("FINISHED")
            record(Recorder(open_client(store), FolderDisk(store), tiny(notes=notes), {}), trial=len(notes))
            assert load_results("tiny", store).study.notes == notes
        assert len(load_results("tiny", store).trials) == 2

    def test_what_an_earlier_version_left_of_a_longer_one_is_passed_over(self, recorder, store, tiny):
        record(recorder)
        self.in_tags(recorder, store, self.kept(tiny(), "long " * 3000), self.kept(tiny(), "short"))
        assert load_results("tiny", store).study.notes == "short"
        assert load_run("tiny#0", store).study.notes == "short"

    def test_the_next_run_keeps_it_in_the_file_alone(self, recorder, store, tiny):
        self.in_tags(recorder, store, self.kept(tiny(), "old"))
        again = Recorder(recorder.client, FolderDisk(store), tiny(notes="new"), {})
        assert load_recorded_study("tiny", store).notes == "new"
        assert not [tag for tag in again.client.get_run(again.parent_id).data.tags if tag.startswith("harness.study.")]

    def test_when_a_study_of_an_earlier_version_was_asked_is_unknown(self, recorder, store, tiny):
        record(recorder)
        self.in_tags(recorder, store, self.kept(tiny(), "old"))
        assert load_results("tiny", store).trials.attrs["study"].keys() == {"name", "given", "source", "text"}
        again = Recorder(recorder.client, FolderDisk(store), tiny(**{"design.replicates": 5}), {})
        assert [(one.at is None, one.finished, one.replicates) for one in again.asked] == [
            (True, None, (2, 2)),
            (False, 1, (5, 5)),
        ]

    @pytest.mark.parametrize(
        "damaged", ['{"given": {"question"', '"text"', "7", '{"given": 5}', '{"asked": [1]}', "\udcff"]
    )
    def test_of_what_is_damaged_it_is_unknown_what_was_asked(self, recorder, store, tiny, damaged):
        record(recorder)
        file = store / "artifacts" / "tiny" / recorder.parent_id / "artifacts" / "study.json"
        file.write_text(damaged, errors="surrogateescape")
        again = Recorder(recorder.client, FolderDisk(store), tiny(), {})
        assert [(one.at, one.finished) for one in again.asked] == [(None, None)]

    def test_one_that_is_damaged_is_named_and_a_run_records_it_anew(self, recorder, store, tiny):
        self.in_tags(recorder, store, "cut off")
        recorder.client.set_tag(recorder.parent_id, "harness.study.0", '{"given": {"question"')
        with pytest.raises(UsageError, match=r"recorded of the study 'tiny' itself is damaged: .*records it anew"):
            load_recorded_study("tiny", store)
        Recorder(recorder.client, FolderDisk(store), tiny(), {})
        assert load_recorded_study("tiny", store).question == tiny().question

    def test_of_any_length(self, store, tiny):
        Recorder(open_client(store), FolderDisk(store), tiny(notes="x" * 700_000), {})
        assert len(load_recorded_study("tiny", store).notes) == 700_000


def test_the_studys_run_is_never_without_what_says_that_it_is_one(store, tiny, monkeypatch):
    client = open_client(store)

    def killed(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(client), "log_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            Recorder(client, FolderDisk(store), tiny(), {})
    recorder = Recorder(client, FolderDisk(store), tiny(), {})
    runs = client.search_runs([recorder.experiment_id])
    assert [run.data.tags["harness.kind"] for run in runs] == ["study"]


def test_more_params_and_tags_than_mlflow_takes_at_once(recorder):
    run_id = record(recorder, end=False)
    notes = Batch({f"tag{n}": str(n) for n in range(250)})
    for step in range(900):
        notes.add({"x": step}, step)
    notes.write(recorder.client, run_id, {f"param{n}": str(n) for n in range(150)})
    run = recorder.client.get_run(run_id)
    assert all(run.data.tags[f"tag{n}"] == str(n) for n in range(250))
    assert all(run.data.params[f"param{n}"] == str(n) for n in range(150))
    assert len(recorder.client.get_metric_history(run_id, "x")) == 900


def test_metrics_are_written_when_they_are_said_to_be_whatever_the_environment_says(recorder, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "true")
    run_id = record(recorder, end=False)
    recorder.flush()
    assert len(recorder.client.get_metric_history(run_id, "val/accuracy")) == 2


def test_a_store_that_is_deleted_under_a_run(recorder, store):
    record(recorder, end=False)
    for file in store.glob("mlflow.db*"):
        file.unlink()
    with pytest.raises(RunError, match="this store was deleted, moved or replaced while it was in use"):
        recorder.flush()
