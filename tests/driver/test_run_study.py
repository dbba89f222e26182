"""The driver's loop, with real Optuna and MLflow stores and workers that answer from a script."""

from __future__ import annotations

import os
import signal

import optuna
import pytest
from mlflow.tracking import MlflowClient
from optuna.trial import TrialState

from harness.driver import run_study
from harness.errors import DataError, RunError, StudyError, UsageError
from harness.launchers import Cause, Death, Joined, Work
from harness.records import Failed, Reply, StopReason
from harness.results import load_results
from harness.store.local.database import store_uri
from harness.store.local.files.locks import lock_study
from harness.store.local.optuna_storage import open_storage
from tests.conftest import ScriptedLauncher, make_result


def finish(job):
    return make_result(0.9 if job.variant.label == "base" else 0.8)


def statuses(store, name="tiny"):
    return load_results(name, store).trials["status"].tolist()


def parent_status(store):
    client = MlflowClient(store_uri(store))
    experiment = client.get_experiment_by_name("tiny")
    runs = client.search_runs([experiment.experiment_id], "tags.`harness.kind` = 'study'")
    return [run.info.status for run in runs]


class TestWholeRuns:
    def test_one_trial_is_one_optuna_trial_and_one_mlflow_run_with_one_number(self, store, tiny):
        launcher = ScriptedLauncher(finish)
        outcome = run_study(tiny(), store=store, launch=launcher)
        assert (outcome.finished, outcome.finished_here, outcome.failed) == (4, 4, {})
        trials = load_results("tiny", store).trials
        in_optuna = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials
        assert trials["trial"].tolist() == [trial.number for trial in in_optuna] == [0, 1, 2, 3]
        assert trials["val_accuracy"].tolist() == [0.6] * 4, "the last evaluation"
        assert [trial.value for trial in in_optuna] == [0.9, 0.8, 0.9, 0.8]
        assert trials["run_id"].tolist() == [trial.user_attrs["harness:run_id"] for trial in in_optuna]
        assert parent_status(store) == ["FINISHED"]
        assert launcher.closed

    def test_replicates_of_all_variants_share_their_seeds(self, store, tiny):
        launcher = ScriptedLauncher(finish)
        run_study(tiny(), store=store, launch=launcher)
        seeds = [job.seeds for job in launcher.jobs]
        assert seeds[0] == seeds[1] != seeds[2] == seeds[3]
        assert len({seeds[0].split, seeds[0].weights, seeds[0].order, seeds[0].dropout}) == 4

    def test_running_again_trains_nothing_and_starts_no_worker(self, store, tiny):
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))

        launcher = ScriptedLauncher(finish)
        outcome = run_study(tiny(), store=store, launch=launcher)
        assert (outcome.finished, outcome.finished_here) == (4, 0)
        assert (launcher.expected, launcher.jobs) == (0, [])

    def test_a_larger_budget_adds_what_is_missing(self, store, tiny):
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        launcher = ScriptedLauncher(finish)
        run_study(tiny(**{"design.replicates": 3}), store=store, launch=launcher)
        assert [(job.trial, job.replicate) for job in launcher.jobs] == [(4, 2), (5, 2)]

    def test_a_continued_study_is_trained_as_it_began(self, store, tiny):
        first, second = ScriptedLauncher(finish), ScriptedLauncher(finish)
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=first, threads=3)
        run_study(tiny(**{"design.replicates": 2}), store=store, launch=second, workers=4)
        assert first.work == Work(2, store / "staging" / "tiny", threads=3)
        assert second.work == Work(4, store / "staging" / "tiny", workers=4), "all of the study, not what is left of it"
        assert (first.expected, second.expected) == (2, 2)

    def test_the_pruner_is_asked_and_answers(self, store, tiny):
        design = {
            "kind": "search", "trials": 8, "sampler": "random", "pruner": "median",
            "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1}}, "confirm": {"replicates": 1},
        }  # fmt: skip
        launcher = ScriptedLauncher(finish, places=1)
        run_study(tiny(design=design), store=store, launch=launcher)
        assert len(launcher.replies) == 16, "two evaluations of each search trial, none of the confirmation"
        assert {reply for _, reply in launcher.replies} == {Reply.GO_ON}

    def test_an_impossible_variant_of_a_search_is_a_pruned_run(self, store, tiny):
        space = {"model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]]}
        design = {"kind": "search", "trials": 5, "sampler": "random", "space": space, "confirm": {"replicates": 1}}
        run_study(tiny(design=design, **{"model.padding": "valid"}), store=store, launch=ScriptedLauncher(finish))
        trials = load_results("tiny", store).trials
        refused = trials[trials["status"] == "pruned"]
        assert len(refused)
        assert refused["error"].iloc[0].startswith("model.conv block 1 needs at least 9x9 pixels")

    def test_what_the_machine_does_is_on_the_run_of_the_study(self, store, tiny, monkeypatch):
        monkeypatch.setattr("harness.driver.loop._FLUSH_SECONDS", 0.0)
        monkeypatch.setattr("harness.store.record.machine.INTERVAL", 0.001)
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        client = MlflowClient(store_uri(store))
        (parent,) = client.search_runs(["1"], "tags.`harness.kind` = 'study'")
        assert parent.data.metrics["system/cpu_utilization_percentage"] >= 0


class TestWorkersThatComeAndGo:
    def test_a_worker_that_is_pending_is_waited_for(self, store, tiny):
        launcher = Elastic(finish, pending=2)
        assert run_study(tiny(), store=store, launch=launcher).finished == 4
        assert launcher.said == [Joined("node 2"), Joined("node 1")]

    def test_a_run_without_a_worker_left_or_pending_ends(self, store, tiny):
        with pytest.raises(RunError, match="a script: no worker is left to go on with, and none is to come"):
            run_study(tiny(), store=store, launch=Elastic(finish, pending=0))
        assert parent_status(store) == ["FAILED"]


class Elastic(ScriptedLauncher):
    """A launcher without a worker, until those that are pending join."""

    def __init__(self, answer, pending):
        super().__init__(answer, places=0)
        self.pending, self.said = pending, []

    def poll(self, seconds):
        if self.pending:
            self.said.append(Joined(f"node {self.pending}"))
            self.pending, self.places = self.pending - 1, self.places + 1
            return self.said[-1:]
        return super().poll(seconds)


class TestPacks:
    def test_trainings_of_one_program_go_out_together(self, store, tiny):
        launcher = ScriptedLauncher(finish, places=1)
        outcome = run_study(tiny(**{"design.replicates": 3}), store=store, launch=launcher, pack=2)
        assert outcome.finished == 6
        shapes = [[launcher.jobs[trial].variant.model.downsample for trial in pack] for pack in launcher.packs]
        assert shapes == [["max_pool"] * 2, ["stride"] * 2, ["max_pool"], ["stride"]]
        assert len(load_results("tiny", store).trials) == 6

    def test_what_a_search_suggests_for_another_program_leads_the_next_pack(self, store, tiny):
        design = {
            "kind": "search", "trials": 6, "sampler": "random", "confirm": {"replicates": 2},
            "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1}, "model.dense": [[16], [8]]},
        }  # fmt: skip
        launcher = ScriptedLauncher(finish, places=1)
        outcome = run_study(tiny(design=design), store=store, launch=launcher, pack=8)
        assert sorted(trial for pack in launcher.packs for trial in pack) == list(range(outcome.finished))
        programs = [{launcher.jobs[trial].variant.program for trial in pack} for pack in launcher.packs]
        assert all(len(pack) == 1 for pack in programs)
        assert max(len(pack) for pack in launcher.packs) > 1

    def test_a_worker_that_dies_with_a_pack_is_one_death(self, store, tiny):
        dead = []

        class Dying(ScriptedLauncher):
            def poll(self, seconds):
                if not dead:
                    dead.extend(job.trial for job in self.waiting)
                    self.waiting.clear()
                    return [Death(tuple(dead), "the worker process was killed by SIGKILL (out of memory?)")]
                return super().poll(seconds)

        outcome = run_study(tiny(**{"design.replicates": 4}), store=store, launch=Dying(finish, places=1), pack=4)
        assert len(dead) == 4, "more than the deaths in a row that end a run"
        assert outcome.failed == {}
        assert outcome.finished == 8
        assert sorted(statuses(store)) == ["failed"] * 4 + ["finished"] * 8

    def test_a_study_that_trains_one_at_a_time_has_no_packs(self, tmp_path, tiny):
        with pytest.raises(UsageError, match="--pack must be 1 for a study with exclusive = true"):
            run_study(tiny(exclusive=True), store=tmp_path / "mlruns", launch=ScriptedLauncher(finish), pack=2)
        assert not (tmp_path / "mlruns").exists()


class TestWhatGoesWrong:
    def test_one_failed_trial_does_not_stop_the_others(self, store, tiny):
        def answer(job):
            return Failed(job.trial, "ValueError: no", "Traceback") if job.trial == 1 else finish(job)

        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(answer))
        assert outcome.failed == {1: "ValueError: no"}
        assert sorted(statuses(store)) == ["failed", "finished", "finished", "finished"]
        assert parent_status(store) == ["FAILED"]
        again = ScriptedLauncher(finish)
        assert run_study(tiny(), store=store, launch=again).failed == {}
        assert [(job.variant.label, job.replicate) for job in again.jobs] == [("downsample=stride", 0)]

    def test_many_failures_in_a_row_stop_the_run(self, store, tiny):
        launcher = ScriptedLauncher(lambda job: Failed(job.trial, "ValueError: always", ""))
        with pytest.raises(RunError, match="5 trials failed in a row, the last with: ValueError: always"):
            run_study(tiny(**{"design.replicates": 9}), store=store, launch=launcher)
        assert launcher.closed
        assert set(statuses(store)) == {"failed", "killed"}, "nothing is left open"

    def test_missing_data_in_a_worker_stops_the_run_at_once(self, store, tiny):
        launcher = ScriptedLauncher(lambda job: Failed(job.trial, "mnist: is not here", "", fatal=True))
        with pytest.raises(RunError, match="mnist: is not here"):
            run_study(tiny(), store=store, launch=launcher)

    def test_a_training_whose_worker_died_is_done_once_more(self, store, tiny):
        deaths = []

        def answer(job):
            if job.variant.label == "base" and job.replicate == 0 and not deaths:
                deaths.append(job.trial)
                return Death((job.trial,), "the worker process was killed by SIGKILL (out of memory?)")
            return finish(job)

        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(answer))
        assert (outcome.finished, outcome.failed) == (4, {})
        trials = load_results("tiny", store).trials
        assert trials.loc[trials["status"] == "failed", "error"].tolist() == [
            "the worker process was killed by SIGKILL (out of memory?)"
        ]

    def test_a_training_that_kills_its_worker_twice_has_failed(self, store, tiny):
        def answer(job):
            fatal = job.variant.label == "base" and job.replicate == 0
            return Death((job.trial,), "the worker process was killed by SIGSEGV") if fatal else finish(job)

        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(answer, places=1))
        assert outcome.finished == 3
        assert list(outcome.failed.values()) == ["the worker process was killed by SIGSEGV"]

    def test_a_training_whose_machine_is_lost_is_done_again_however_often(self, store, tiny):
        lost = []

        def answer(job):
            if len(lost) < 7:  # twice as many as trainings: more than deaths in a row that end a run
                lost.append(job.trial)
                return Death((job.trial,), "node 7 left the cluster", Cause.MACHINE)
            return finish(job)

        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(answer), workers=1)
        assert (outcome.finished, outcome.failed) == (4, {})
        assert sorted(statuses(store)) == ["failed"] * 7 + ["finished"] * 4

    def test_workers_that_cannot_start_stop_the_run(self, store, tiny):
        class Stillborn(ScriptedLauncher):
            def poll(self, seconds):
                return [Death((), "the worker process ended with exit code 1: ImportError: no")]

        with pytest.raises(RunError, match=r"3 workers died in a row, the last so: .*ImportError: no"):
            run_study(tiny(), store=store, launch=Stillborn(finish, places=1))

    def test_ctrl_c_closes_runs_as_killed_and_the_next_run_goes_on(self, store, tiny):
        def answer(job):
            if job.trial == 1:
                raise KeyboardInterrupt
            return finish(job)

        launcher = ScriptedLauncher(answer)
        outcome = run_study(tiny(), store=store, launch=launcher)
        assert outcome.interrupted
        assert launcher.closed
        assert parent_status(store) == ["KILLED"]
        trials = load_results("tiny", store).trials
        assert trials["status"].tolist() == ["finished", "killed", "killed"]
        assert set(trials["stop_reason"].dropna()) == {"maximum", "interrupted"}
        states = [trial.state for trial in optuna.load_study(study_name="tiny", storage=open_storage(store)).trials]
        assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.FAIL]
        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        assert (outcome.finished, outcome.finished_here) == (4, 3)

    @pytest.mark.parametrize("last_act", ["tell", "finish"])
    def test_a_driver_that_vanishes_loses_and_doubles_nothing(self, store, tiny, monkeypatch, last_act):
        """Cut the driver off in the two moments that matter: before recording a result, and before telling Optuna."""
        from harness.plan import Plan
        from harness.store.record.recorder import Recorder

        class Vanished(BaseException):
            pass

        def vanish(*arguments, **named):
            raise Vanished

        with monkeypatch.context() as patch:
            patch.setattr(*((Plan, "tell", vanish) if last_act == "tell" else (Recorder, "finish", vanish)))
            for method in ("kill", "close"):
                patch.setattr(Recorder, method, lambda *arguments: None)
            patch.setattr(Plan, "fail", lambda *arguments, **named: None)
            with pytest.raises(Vanished):
                run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        assert outcome.finished == 4
        trials = load_results("tiny", store).trials
        finished = trials[trials["status"] == "finished"]
        assert not finished.duplicated(["digest", "replicate"]).any()
        assert len(finished) == 4
        assert outcome.finished_here == (3 if last_act == "tell" else 4)

    def test_a_loss_that_is_not_finite_is_a_finished_result(self, store, tiny):
        metrics = {**make_result().metrics, "train_loss": float("nan")}
        launcher = ScriptedLauncher(lambda job: make_result(stop_reason=StopReason.NOT_FINITE, metrics=metrics))
        assert run_study(tiny(), store=store, launch=launcher).failed == {}
        trials = load_results("tiny", store).trials
        assert set(trials["status"]) == {"finished"}
        assert set(trials["stop_reason"]) == {"not_finite"}

    def test_a_signal_waits_for_a_moment_when_it_does_no_harm(self, store, tiny, monkeypatch):
        """Ctrl-C between recording a result and telling Optuna: both are done, then the run ends."""
        from harness.store.record.recorder import Recorder

        record = Recorder.finish

        def finish_and_press(self, *arguments):
            record(self, *arguments)
            os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(Recorder, "finish", finish_and_press)
        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        assert outcome.interrupted
        assert outcome.finished == 1
        assert sorted(statuses(store)) == ["finished", "killed"]
        states = [trial.state for trial in optuna.load_study(study_name="tiny", storage=open_storage(store)).trials]
        assert states == [TrialState.COMPLETE, TrialState.FAIL]

    def test_many_workers_may_die_at_once(self, store, tiny):
        deaths = []

        def answer(job):
            if len(deaths) < 4:
                deaths.append(job.trial)
                return Death((job.trial,), "the worker process was killed by SIGKILL (out of memory?)")
            return finish(job)

        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(answer, places=4), workers=4)
        assert (outcome.finished, outcome.failed) == (4, {})

    def test_a_diverged_result_that_was_not_told_is_adopted(self, store, tiny, monkeypatch):
        design = {"kind": "search", "trials": 2, "objectives": ["val_loss"], "space": {"model.dense": [[16], [8]]}}
        study = tiny(design=design)
        metrics = {**make_result().metrics, "val_loss": float("nan")}
        diverged = make_result(stop_reason=StopReason.NOT_FINITE, metrics=metrics)
        from harness.plan import Plan

        def vanish(*arguments):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(Plan, "tell", vanish)
            with pytest.raises(SystemExit):
                run_study(study, store=store, launch=ScriptedLauncher(lambda job: diverged, evaluations=()))
        assert run_study(study, store=store, launch=ScriptedLauncher(finish)).failed == {}


class TestRefusals:
    def test_a_changed_meaning_is_refused_with_the_way_out(self, store, tiny):
        run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        with pytest.raises(StudyError) as caught:
            run_study(tiny(**{"train.learning_rate": 0.1}), store=store, launch=ScriptedLauncher(finish))
        assert str(caught.value) == (
            "tiny: the study changed since its results were made: train.learning_rate was 0.01, now 0.1. "
            "Put it back, run it under another name (--name NEW), or begin anew with --fresh "
            "(the old results are kept, renamed)."
        )

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
