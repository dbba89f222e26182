"""The loop, over a store in memory, with real Optuna and workers that answer from a script."""

from __future__ import annotations

import os
import signal

import pytest
from optuna.trial import TrialState

from harness.driver import run_study
from harness.errors import RunError
from harness.launchers import Cause, Death, Joined
from harness.records import Failed, Reply, StopReason
from harness.results import load_results
from tests.conftest import ScriptedLauncher, make_result
from tests.driver.conftest import finish, in_optuna, statuses


class TestWholeRuns:
    def test_replicates_of_all_variants_share_their_seeds(self, memory, tiny):
        launcher = ScriptedLauncher(finish)
        run_study(tiny(), store=memory, launch=launcher)
        seeds = [job.seeds for job in launcher.jobs]
        assert seeds[0] == seeds[1] != seeds[2] == seeds[3]
        assert len({seeds[0].split, seeds[0].weights, seeds[0].order, seeds[0].dropout}) == 4

    def test_the_pruner_is_asked_and_answers(self, memory, tiny):
        design = {
            "kind": "search", "trials": 8, "sampler": "random", "pruner": "median",
            "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1}}, "confirm": {"replicates": 1},
        }  # fmt: skip
        launcher = ScriptedLauncher(finish, places=1)
        run_study(tiny(design=design), store=memory, launch=launcher)
        assert len(launcher.replies) == 16, "two evaluations of each search trial, none of the confirmation"
        assert {reply for _, reply in launcher.replies} == {Reply.GO_ON}

    def test_an_impossible_variant_of_a_search_is_a_pruned_run(self, memory, tiny):
        space = {"model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]]}
        design = {"kind": "search", "trials": 5, "sampler": "random", "space": space, "confirm": {"replicates": 1}}
        run_study(tiny(design=design, **{"model.padding": "valid"}), store=memory, launch=ScriptedLauncher(finish))
        trials = load_results("tiny", memory).trials
        refused = trials[trials["status"] == "pruned"]
        assert len(refused)
        assert refused["error"].iloc[0].startswith("model.conv block 1 needs at least 9x9 pixels")


class TestWorkersThatComeAndGo:
    def test_a_worker_that_is_pending_is_waited_for(self, memory, tiny):
        launcher = Elastic(finish, pending=2)
        assert run_study(tiny(), store=memory, launch=launcher).finished == 4
        assert launcher.said == [Joined("node 2"), Joined("node 1")]

    def test_a_run_without_a_worker_left_or_pending_ends(self, memory, tiny):
        with pytest.raises(RunError, match="a script: no worker is left to go on with, and none is to come"):
            run_study(tiny(), store=memory, launch=Elastic(finish, pending=0))
        assert memory.studies["tiny"].status == "FAILED"


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
    def test_trainings_of_one_program_go_out_together(self, memory, tiny):
        launcher = ScriptedLauncher(finish, places=1)
        outcome = run_study(tiny(**{"design.replicates": 3}), store=memory, launch=launcher, pack=2)
        assert outcome.finished == 6
        shapes = [[launcher.jobs[trial].variant.model.downsample for trial in pack] for pack in launcher.packs]
        assert shapes == [["max_pool"] * 2, ["stride"] * 2, ["stride"], ["max_pool"]]
        assert len(load_results("tiny", memory).trials) == 6

    def test_what_a_search_suggests_for_another_program_leads_the_next_pack(self, memory, tiny):
        design = {
            "kind": "search", "trials": 6, "sampler": "random", "confirm": {"replicates": 2},
            "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1}, "model.dense": [[16], [8]]},
        }  # fmt: skip
        launcher = ScriptedLauncher(finish, places=1)
        outcome = run_study(tiny(design=design), store=memory, launch=launcher, pack=8)
        assert sorted(trial for pack in launcher.packs for trial in pack) == list(range(outcome.finished))
        programs = [{launcher.jobs[trial].variant.program for trial in pack} for pack in launcher.packs]
        assert all(len(pack) == 1 for pack in programs)
        assert max(len(pack) for pack in launcher.packs) > 1

    def test_a_worker_that_dies_with_a_pack_is_one_death(self, memory, tiny):
        dead = []

        class Dying(ScriptedLauncher):
            def poll(self, seconds):
                if not dead:
                    dead.extend(job.trial for job in self.waiting)
                    self.waiting.clear()
                    return [Death(tuple(dead), "the worker process was killed by SIGKILL (out of memory?)")]
                return super().poll(seconds)

        outcome = run_study(tiny(**{"design.replicates": 4}), store=memory, launch=Dying(finish, places=1), pack=4)
        assert len(dead) == 4, "more than the deaths in a row that end a run"
        assert outcome.failed == {}
        assert outcome.finished == 8
        assert sorted(statuses(memory)) == ["failed"] * 4 + ["finished"] * 8


class TestWhatGoesWrong:
    def test_one_failed_trial_does_not_stop_the_others(self, memory, tiny):
        def answer(job):
            return Failed(job.trial, "ValueError: no", "Traceback") if job.trial == 1 else finish(job)

        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(answer))
        assert outcome.failed == {1: "ValueError: no"}
        assert sorted(statuses(memory)) == ["failed", "finished", "finished", "finished"]
        assert memory.studies["tiny"].status == "FAILED"
        again = ScriptedLauncher(finish)
        assert run_study(tiny(), store=memory, launch=again).failed == {}
        assert [(job.variant.label, job.replicate) for job in again.jobs] == [("downsample=stride", 0)]

    def test_many_failures_in_a_row_stop_the_run(self, memory, tiny):
        launcher = ScriptedLauncher(lambda job: Failed(job.trial, "ValueError: always", ""))
        with pytest.raises(RunError, match="5 trials failed in a row, the last with: ValueError: always"):
            run_study(tiny(**{"design.replicates": 9}), store=memory, launch=launcher)
        assert launcher.closed
        assert set(statuses(memory)) == {"failed", "killed"}, "nothing is left open"

    def test_missing_data_in_a_worker_stops_the_run_at_once(self, memory, tiny):
        launcher = ScriptedLauncher(lambda job: Failed(job.trial, "mnist: is not here", "", fatal=True))
        with pytest.raises(RunError, match="mnist: is not here"):
            run_study(tiny(), store=memory, launch=launcher)

    def test_a_training_whose_worker_died_is_done_once_more(self, memory, tiny):
        deaths = []

        def answer(job):
            if job.variant.label == "base" and job.replicate == 0 and not deaths:
                deaths.append(job.trial)
                return Death((job.trial,), "the worker process was killed by SIGKILL (out of memory?)")
            return finish(job)

        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(answer))
        assert (outcome.finished, outcome.failed) == (4, {})
        trials = load_results("tiny", memory).trials
        assert trials.loc[trials["status"] == "failed", "error"].tolist() == [
            "the worker process was killed by SIGKILL (out of memory?)"
        ]

    def test_a_training_that_kills_its_worker_twice_has_failed(self, memory, tiny):
        def answer(job):
            fatal = job.variant.label == "base" and job.replicate == 0
            return Death((job.trial,), "the worker process was killed by SIGSEGV") if fatal else finish(job)

        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(answer, places=1))
        assert outcome.finished == 3
        assert list(outcome.failed.values()) == ["the worker process was killed by SIGSEGV"]

    def test_a_training_whose_machine_is_lost_is_done_again_however_often(self, memory, tiny):
        lost = []

        def answer(job):
            if len(lost) < 7:  # twice as many as trainings: more than deaths in a row that end a run
                lost.append(job.trial)
                return Death((job.trial,), "node 7 left the cluster", Cause.MACHINE)
            return finish(job)

        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(answer), workers=1)
        assert (outcome.finished, outcome.failed) == (4, {})
        assert sorted(statuses(memory)) == ["failed"] * 7 + ["finished"] * 4

    def test_workers_that_cannot_start_stop_the_run(self, memory, tiny):
        class Stillborn(ScriptedLauncher):
            def poll(self, seconds):
                return [Death((), "the worker process ended with exit code 1: ImportError: no")]

        with pytest.raises(RunError, match=r"3 workers died in a row, the last so: .*ImportError: no"):
            run_study(tiny(), store=memory, launch=Stillborn(finish, places=1))

    def test_a_loss_that_is_not_finite_is_a_finished_result(self, memory, tiny):
        metrics = {**make_result().metrics, "train_loss": float("nan")}
        launcher = ScriptedLauncher(lambda job: make_result(stop_reason=StopReason.NOT_FINITE, metrics=metrics))
        assert run_study(tiny(), store=memory, launch=launcher).failed == {}
        trials = load_results("tiny", memory).trials
        assert set(trials["status"]) == {"finished"}
        assert set(trials["stop_reason"]) == {"not_finite"}

    def test_a_signal_waits_for_a_moment_when_it_does_no_harm(self, memory, tiny, monkeypatch):
        """Ctrl-C between recording a result and telling Optuna: both are done, then the run ends."""
        from harness.store.memory.recording import MemoryRecording

        record = MemoryRecording.finish

        def finish_and_press(self, *arguments):
            record(self, *arguments)
            os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(MemoryRecording, "finish", finish_and_press)
        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(finish))
        assert outcome.interrupted
        assert outcome.finished == 1
        assert sorted(statuses(memory)) == ["finished", "killed"]
        states = [trial.state for trial in in_optuna(memory)]
        assert states == [TrialState.COMPLETE, TrialState.FAIL]

    def test_many_workers_may_die_at_once(self, memory, tiny):
        deaths = []

        def answer(job):
            if len(deaths) < 4:
                deaths.append(job.trial)
                return Death((job.trial,), "the worker process was killed by SIGKILL (out of memory?)")
            return finish(job)

        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(answer, places=4), workers=4)
        assert (outcome.finished, outcome.failed) == (4, {})
