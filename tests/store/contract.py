"""What every store must do, from what :class:`harness.store.Store` says alone: a module of tests inherits it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import optuna
import pytest

from harness.errors import HarnessError, UsageError
from harness.records import Evaluated, Started, StopReason
from harness.store import DeletedStudy
from harness.store.lifecycle import delete_study, rename_study
from harness.trials import stored_asked
from tests.conftest import COSTS, FINGERPRINT, make_result


def record(recording, trial=0, variant=0, artifacts=None, **result):
    """Record a trial with two evaluations, to its end."""
    run_id = begin(recording, trial, variant)
    recording.finish(run_id, make_result(**result), artifacts)
    return run_id


def begin(recording, trial=0, variant=0):
    run_id = recording.start(trial, recording.study.variants[variant], 0, "design")
    recording.take(run_id, Started(trial, FINGERPRINT, COSTS, "0123456789abcdef", 60))
    for step, value in ((20, 0.5), (40, 0.75)):
        recording.take(run_id, Evaluated(trial, step, step / 40, step / 100, {"val_accuracy": value, "val_loss": 0.5}))
    return run_id


class StoreContract:
    """The tests; a subclass has a fixture `place` that gives a store with nothing in it."""

    def test_looking_at_a_new_place_makes_nothing(self, place):
        assert not place.exists()
        assert place.summaries() == []
        with pytest.raises(UsageError):
            place.frames("tiny")
        assert not place.exists()

    def test_a_study_is_recorded_and_read_back(self, place, tiny):
        study = tiny()
        with place.hold("tiny") as hold:
            recording = hold.begin(study, {"harness.version": "1"})
            run_id = record(recording, stop_reason=StopReason.TARGET, steps_to_target=40, seconds_to_target=0.4)
            recording.close("FINISHED")
        assert place.exists()
        (summary,) = place.summaries()
        assert (summary.name, summary.question, summary.counts) == ("tiny", study.question, {"finished": 1})
        assert place.kept_study("tiny")["given"] == study.given
        trials, history = place.frames("tiny")
        row = trials.iloc[0]
        assert (row["trial"], row["status"], row["stop_reason"], row["run_id"]) == (0, "finished", "target", run_id)
        assert (row["steps_to_target"], row["test_accuracy"], row["version"]) == (40, 0.89, "1")
        assert history["step"].tolist() == [20, 40]
        assert history["val_accuracy"].tolist() == [0.5, 0.75]
        assert trials["val_accuracy"].dtype == history["val_accuracy"].dtype == "float64"

    def test_metrics_that_a_study_asks_for_are_columns_of_its_tables_alone(self, place, tiny):
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(**{"report.metrics": ["val_macro_f1", "test_top_3_accuracy"]}), {})
            variant = recording.study.base
            run_id = recording.start(0, variant, 0, "design")
            recording.take(run_id, Started(0, FINGERPRINT, COSTS, "0123456789abcdef", 60))
            recording.take(run_id, Evaluated(0, 20, 0.5, 0.2, {"val_accuracy": 0.5, "val_loss": 1.0}))
            scores = {"val_accuracy": 0.75, "val_loss": 0.5, "val_macro_f1": 0.7}
            recording.take(run_id, Evaluated(0, 40, 1.0, 0.4, scores))
            measured = {**make_result().metrics, **scores, "test_macro_f1": 0.65, "test_top_3_accuracy": 0.9}
            recording.finish(run_id, make_result(metrics=measured))
            recording.close("FINISHED")
        with place.hold("plain") as hold:
            recording = hold.begin(tiny("plain"), {})
            record(recording)
            recording.close("FINISHED")

        trials, history = place.frames("tiny")
        names = ["val_macro_f1", "test_macro_f1", "test_top_3_accuracy"]
        assert trials[names].iloc[0].tolist() == [0.7, 0.65, 0.9]
        assert history["val_macro_f1"].fillna(-1).tolist() == [-1, 0.7]
        row, one = place.trial(place.find(run_id))
        assert (row["test_top_3_accuracy"], one["val_macro_f1"].iloc[1]) == (0.9, 0.7)
        trials, history = place.frames("plain")
        assert not {*trials.columns, *history.columns}.intersection(names)

    def test_code_of_the_users_is_kept(self, place, tiny):
        code = {"nets.py": "def plain(): pass\n", "sub/nets.py": "# another\n"}
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny().model_copy(update={"code": code}), {})
            record(recording)
            recording.close("FINISHED")
        assert place.kept_study("tiny")["code"] == code
        assert place.frames("tiny")[0].attrs["study"]["code"] == code

    def test_what_was_asked_and_when_is_kept(self, place, tiny):
        def begin_with(**changes):
            with place.hold("tiny") as hold:
                recording = hold.begin(tiny(**changes), {})
                kept = stored_asked(place.kept_study("tiny"), "here")
                assert recording.asked == kept == stored_asked(place.frames("tiny")[0].attrs["study"], "here")
                yield recording, kept
                recording.close("FINISHED")

        narrow, wide = ({"report.margin": {"test_accuracy": margin}} for margin in (0.002, 0.005))
        began = datetime.now(UTC).replace(microsecond=0)
        for _, (first,) in begin_with():  # forgotten: nothing was trained
            assert first.margins == {}
        for recording, (first,) in begin_with(**narrow):
            assert (first.finished, first.margins, first.replicates) == (0, {"test_accuracy": 0.002}, (2, 2))
            assert began <= first.at <= datetime.now(UTC)
            begin(recording)
        for recording, asked in begin_with(**narrow):  # what is open has not finished
            assert asked == (first,)
            record(recording, trial=1)
        for _ in range(2):
            for recording, asked in begin_with(**wide, **{"design.replicates": 4}):
                assert asked[0] == first
                assert [(one.finished, one.margins["test_accuracy"], one.replicates) for one in asked] == [
                    (0, 0.002, (2, 2)),
                    (1, 0.005, (4, 4)),
                ]
                record(recording, trial=2)

    def test_a_run_is_found_by_what_people_call_it(self, place, tiny):
        with place.hold("tiny") as hold:
            run_id = record(hold.begin(tiny(), {}), trial=7)
        run = place.find("tiny#7")
        assert (run.run_id, run.trial, run.status, run.short) == (run_id, 7, "finished", "tiny#7")
        assert place.find(run_id) == place.find(run.name) == run
        assert place.is_run("tiny#7")
        assert place.trial(run)[0]["trial"] == 7
        with pytest.raises(UsageError):
            place.find("tiny#8")

    def test_what_a_process_that_vanished_left_open_is_closed(self, place, tiny):
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(), {})
            record(recording)
            begin(recording, trial=1)
            recording.flush()
        with place.hold("tiny") as hold:
            assert hold.has_open_ends()
            recording = hold.begin(tiny(), {})
            assert recording.left_open == 1
            recording.close("FINISHED")
            assert not hold.has_open_ends()
        assert place.frames("tiny")[0]["status"].tolist() == ["finished", "killed"]

    @pytest.mark.parametrize("end", ["refuse", "fail", "kill"])
    def test_trials_without_a_result(self, place, tiny, end):
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(), {})
            getattr(recording, end)(begin(recording), "no")
        (status,) = place.frames("tiny")[0]["status"]
        assert status == {"refuse": "pruned", "fail": "failed", "kill": "killed"}[end]
        assert place.find("tiny#0").error == "no"

    def test_two_runs_of_a_study_are_refused_and_of_two_studies_are_not(self, place):
        with place.hold("tiny"):
            with pytest.raises(UsageError, match="'tiny' is being run"), place.hold("tiny"):
                pass
            with place.hold("other"):
                pass

    def test_artifacts_go_in_and_come_out(self, place, tiny, tmp_path):
        left, more = tmp_path / "left", tmp_path / "more"
        for folder in (left, more):
            folder.mkdir()
        (left / "history.csv").write_text("step\n20\n")
        (more / "a.txt").write_text("later")
        with place.hold("tiny") as hold:
            record(hold.begin(tiny(), {}), artifacts=left)
        assert not left.exists(), "it was moved"
        run = place.find("tiny#0")
        assert place.file(run, "history.csv").read_text() == "step\n20\n"
        place.add_files(run, more, "insight")
        assert [name.as_posix() for name in place.files(run)] == ["history.csv", "insight/a.txt"]
        assert place.file(run, "insight/a.txt").read_text() == "later"
        assert place.file(run, "none.txt") is None
        assert place.model(run) is None

    def test_one_artifact_of_every_finished_trial(self, place, tiny, tmp_path):
        for name in ("first", "second", "other", "pruned"):
            (tmp_path / name).mkdir()
            (tmp_path / name / ("b.bin" if name == "other" else "a.bin")).write_text(name)
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(), {})
            first = record(recording, artifacts=tmp_path / "first")
            second = record(recording, trial=1, artifacts=tmp_path / "second")
            record(recording, trial=2, artifacts=tmp_path / "other")
            record(recording, trial=3, artifacts=tmp_path / "pruned", stop_reason=StopReason.PRUNED)
            record(recording, trial=4)
        found = place.files_of("tiny", "a.bin")
        assert {run_id: file.read_text() for run_id, file in found.items()} == {first: "first", second: "second"}
        assert place.files_of("tiny", "c.bin") == {}

    def test_pictures_of_a_variant_are_those_of_the_first_training_that_has_most(self, place, tiny, tmp_path):
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(), {})
            one, other = recording.study.variants[:2]
            for trial, (variant, name) in enumerate(
                ((0, "confusion_matrix.csv"), (0, "network.png"), (1, "confusion_matrix.csv"))
            ):
                insight = tmp_path / str(trial) / "insight"
                insight.mkdir(parents=True)
                (insight / name).write_text("x")
                record(recording, trial, variant, insight.parent)
        found = place.pictures("tiny")
        assert sorted(found) == sorted([one.digest, other.digest])
        assert [path.name for path in found[one.digest].iterdir()] == ["network.png"]
        assert [path.name for path in found[other.digest].iterdir()] == ["confusion_matrix.csv"]

    def test_a_study_is_put_aside_and_begins_anew(self, place, tiny):
        with place.hold("tiny") as hold:
            assert hold.put_aside() is None
            optuna.create_study(study_name="tiny", storage=hold.storage)
            record(hold.begin(tiny(), {}))
            aside = hold.put_aside()
            assert optuna.get_all_study_names(hold.storage) == [aside]
            record(hold.begin(tiny(), {}), trial=1)
        assert place.frames(aside)[0]["trial"].tolist() == [0]
        assert place.frames("tiny")[0]["trial"].tolist() == [1]

    def test_a_study_gets_another_name(self, place, tiny):
        with place.hold("tiny") as hold:
            optuna.create_study(study_name="tiny", storage=hold.storage)
            recording = hold.begin(tiny(), {})
            run_id = record(recording)
            recording.close("FINISHED")
        rename_study(place, "tiny", "other")
        assert [summary.name for summary in place.summaries()] == ["other"]
        assert place.kept_study("other")["name"] == "other"
        assert place.find("other#0").run_id == run_id
        with pytest.raises(UsageError, match="no study 'tiny'"):
            place.kept_study("tiny")
        with place.hold("other") as hold:
            assert optuna.get_all_study_names(hold.storage) == ["other"]
            record(hold.begin(tiny(name="other"), {}), trial=1)
        assert place.frames("other")[0]["trial"].tolist() == [0, 1]
        with place.hold("tiny") as hold:  # the old name is free
            record(hold.begin(tiny(), {}))
        assert place.frames("tiny")[0]["trial"].tolist() == [0]

    @pytest.mark.parametrize(
        ("name", "new", "message"),
        [
            ("tiny", "other", "has 'other' already, and nothing is replaced"),
            ("tiny", "a b", "NEW: the name 'a b' must be letters, digits"),
            ("tiny", "tiny", "has 'tiny' already"),
            ("tinny", "new", "no study 'tinny'"),
        ],
    )
    def test_a_name_that_cannot_be_is_refused(self, place, tiny, name, new, message):
        for study in ("tiny", "other"):
            with place.hold(study) as hold:
                record(hold.begin(tiny(name=study), {}))
        with pytest.raises(HarnessError, match=message):
            rename_study(place, name, new)
        assert [summary.name for summary in place.summaries()] == ["other", "tiny"]

    def test_what_runs_is_neither_renamed_nor_deleted(self, place, tiny):
        with place.hold("tiny") as hold:
            record(hold.begin(tiny(), {}))
            for change in (lambda: rename_study(place, "tiny", "new"), lambda: delete_study(place, "tiny")):
                with pytest.raises(UsageError, match="'tiny' is being run"):
                    change()
        assert [summary.name for summary in place.summaries()] == ["tiny"]

    def test_a_study_is_deleted_and_restored(self, place, tiny):
        with place.hold("tiny") as hold:
            optuna.create_study(study_name="tiny", storage=hold.storage)
            record(hold.begin(tiny(), {}))
        deleted = delete_study(place, "tiny")
        assert deleted.startswith("tiny deleted 20")
        assert place.summaries() == []
        assert place.deleted() == [DeletedStudy(deleted, "tiny", 1)]
        restores = re.escape(f"It was deleted: `harness rename '{deleted}' tiny` restores it.")
        for again in (lambda: delete_study(place, "tiny"), lambda: place.frames("tiny")):
            with pytest.raises(UsageError, match=f"no study 'tiny' in this store. {restores}"):
                again()
        with pytest.raises(UsageError, match=f"is deleted already. {restores}"):
            delete_study(place, deleted)
        with place.hold("tiny") as hold:
            assert optuna.get_all_study_names(hold.storage) == [deleted]
            record(hold.begin(tiny(), {}), trial=1)
        assert place.frames("tiny")[0]["trial"].tolist() == [1], "it begins anew"
        with pytest.raises(UsageError, match="has 'tiny' already"):
            rename_study(place, deleted, "tiny")
        rename_study(place, deleted, "back")
        assert place.deleted() == []
        assert place.frames("back")[0]["trial"].tolist() == [0]
        with place.hold("back") as hold:
            assert optuna.get_all_study_names(hold.storage) == ["back"]

    def test_a_recording_beside_others_needs_no_hold(self, place, tiny):
        with place.recording(tiny(), {}, "tiny.optimize") as one, place.recording(tiny(), {}, "tiny.optimize") as other:
            record(one)
            record(other, trial=1)
        assert place.frames("tiny.optimize")[0]["trial"].tolist() == [0, 1]

    def test_a_report_is_attached_again_and_again(self, place, tiny, tmp_path):
        report = tmp_path / "report"
        report.mkdir()
        (report / "comparison.md").write_text("better")
        place.attach_report("tiny", report)  # nothing to attach it to
        with place.hold("tiny") as hold:
            record(hold.begin(tiny(), {}))
        for answer in ("", "No.", "Yes."):
            place.attach_report("tiny", report, answer, "| variant | test accuracy |")

    def test_nothing_is_wrong_with_a_store_that_was_just_written(self, place, tiny):
        with place.hold("tiny") as hold:
            hold.begin(tiny(), {}).close("FINISHED")
        assert [one.text for one in place.conditions(repair=str) if one.state == "problem"] == []
        assert place.leftovers() == []
