"""A whole run into a folder, with real Optuna and MLflow stores and workers that answer from a script."""

from __future__ import annotations

import optuna
import pytest
from mlflow.tracking import MlflowClient

from harness.driver import run_study
from harness.errors import DataError, StudyError, UsageError
from harness.launchers import Work
from harness.results import load_results
from harness.store.local.database import store_uri
from harness.store.local.files.locks import lock_study
from harness.store.local.optuna_storage import open_storage
from tests.conftest import ScriptedLauncher
from tests.driver.conftest import finish, statuses


class TestWholeRuns:
    def test_one_trial_is_one_optuna_trial_and_one_mlflow_run_with_one_number(self, store, tiny):
        launcher = ScriptedLauncher(finish)
        outcome = run_study(tiny(), store=store, launch=launcher)
        assert (outcome.finished, outcome.finished_here, outcome.failed) == (4, 4, {})
        trials = load_results("tiny", store).trials
        in_optuna = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials
        assert trials["trial"].tolist() == [trial.number for trial in in_optuna] == [0, 1, 2, 3]
        assert trials["val_accuracy"].tolist() == [0.6] * 4, "the last evaluation"
        assert [trial.value for trial in in_optuna] == [0.9, 0.8, 0.8, 0.9]
        assert trials["run_id"].tolist() == [trial.user_attrs["harness:run_id"] for trial in in_optuna]
        (parent,) = MlflowClient(store_uri(store)).search_runs(["1"], "tags.`harness.kind` = 'study'")
        assert parent.info.status == "FINISHED"
        assert launcher.closed

    def test_a_continued_study_is_trained_as_it_began(self, store, tiny):
        first, second = ScriptedLauncher(finish), ScriptedLauncher(finish)
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=first, threads=3)
        run_study(tiny(**{"design.replicates": 2}), store=store, launch=second, workers=4)
        assert first.work == Work(2, store / "staging" / "tiny", threads=3)
        assert second.work == Work(4, store / "staging" / "tiny", workers=4), "all of the study, not what is left of it"
        assert (first.expected, second.expected) == (2, 2)

    def test_what_the_machine_does_is_on_the_run_of_the_study(self, store, tiny, monkeypatch):
        monkeypatch.setattr("harness.driver.loop._FLUSH_SECONDS", 0.0)
        monkeypatch.setattr("harness.store.record.machine.INTERVAL", 0.001)
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        client = MlflowClient(store_uri(store))
        (parent,) = client.search_runs(["1"], "tags.`harness.kind` = 'study'")
        assert parent.data.metrics["system/cpu_utilization_percentage"] >= 0


class TestRefusals:
    def test_a_study_that_trains_one_at_a_time_has_no_packs(self, tmp_path, tiny):
        with pytest.raises(UsageError, match="--pack must be 1 for a study with exclusive = true"):
            run_study(tiny(exclusive=True), store=tmp_path / "mlruns", launch=ScriptedLauncher(finish), pack=2)
        assert not (tmp_path / "mlruns").exists()

    def test_fresh_begins_anew_and_keeps_the_old_under_another_name(self, store, tiny):
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        changed = tiny(**{"train.learning_rate": 0.1})
        outcome = run_study(changed, store=store, launch=ScriptedLauncher(finish), fresh=True)
        assert outcome.finished_here == 4
        assert load_results("tiny", store).study.train.learning_rate == 0.1
        names = optuna.get_all_study_names(open_storage(store))
        (old,) = [name for name in names if name.startswith("tiny until ")]
        assert statuses(store, old) == ["finished"] * 4

    def test_a_second_driver_of_the_same_study_is_refused(self, store, tiny):
        with lock_study(store, "tiny"), pytest.raises(UsageError, match="is being run by process"):
            run_study(tiny(), store=store, launch=ScriptedLauncher(finish))

    def test_settings_that_could_not_be_read_back_are_refused(self, tmp_path, tiny, monkeypatch):
        monkeypatch.setattr("harness.store.record.trial_run.SETTINGS_LENGTH", 1_500)
        levels = [[{"filters": 4, "kernel": 3, "downsample": "none"}] * n for n in (40, 30)]
        study = tiny(**{"design.factors": {"model.conv": levels}})
        with pytest.raises(StudyError, match=r"must fit into 1,500 characters a variant, got [\d,]+"):
            run_study(study, store=tmp_path / "mlruns", launch=ScriptedLauncher(finish))
        assert not (tmp_path / "mlruns").exists()

    def test_missing_images_create_nothing(self, tmp_path, tiny):
        study = tiny(**{"data.name": "folder", "data.folder": str(tmp_path / "nowhere")})
        with pytest.raises(DataError):
            run_study(study, store=tmp_path / "mlruns", launch=ScriptedLauncher(finish))
        assert not (tmp_path / "mlruns").exists()

    def test_a_store_without_its_optuna_part_is_refused(self, store, tiny):
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        for file in store.glob("optuna.db*"):
            file.unlink()
        with pytest.raises(UsageError, match="in MLflow but not in Optuna's storage"):
            run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
