from __future__ import annotations

import importlib.util

import optuna
import pytest
from optuna.trial import TrialState

from harness.plan import CONFIRM_FROM, Plan, open_study
from harness.plan.trials import Training
from harness.records import Clocks, StopReason
from harness.store.local.optuna_storage import open_storage
from harness.study import Phase
from tests.conftest import make_result

SPACE = {"train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True}, "model.dense": [[16], [8]]}


@pytest.fixture
def plan_of(store):
    """Open the plan of a study on its store; ``lost`` are trials whose results are not in MLflow."""

    def open_plan(study, lost=()):
        optuna_study = open_study(study, open_storage(store))
        recorded = {trial.number for trial in optuna_study.get_trials(deepcopy=False)} - set(lost)
        return Plan(study, optuna_study, recorded)

    return open_plan


def run_all(plan, accuracy=lambda job: 0.9):
    jobs = []
    while job := plan.next():
        jobs.append(job)
        if job.refused is None:
            plan.tell(job.trial, make_result(accuracy(job)), run_id="r")
    return jobs


def seen(jobs):
    return [(job.trial, job.variant.label, job.replicate) for job in jobs]


def _base_first(variants, replicates, phase):
    return [Training(variant, replicate, phase) for replicate in replicates for variant in variants]


class TestFixedDesigns:
    def test_replicate_by_replicate_so_that_a_part_done_is_balanced(self, plan_of, tiny):
        plan = plan_of(tiny())
        assert plan.remaining == 4
        jobs = run_all(plan)
        assert [job.showcase for job in jobs] == [True, False, False, False]
        assert seen(jobs) == [
            (0, "base", 0),
            (1, "downsample=stride", 0),
            (2, "downsample=stride", 1),
            (3, "base", 1),
        ]
        assert (plan.finished, plan.remaining, plan.next()) == (4, 0, None)

    def test_only_variants_of_one_program_may_be_asked_for(self, plan_of, tiny):
        factors = {"model.downsample": ["max_pool", "stride"], "train.learning_rate": [0.01, 0.02]}
        plan = plan_of(tiny(design={"kind": "factorial", "replicates": 1, "factors": factors}))
        program = plan.study.base.program
        taken = [plan.next(program), plan.next(program)]
        assert [job.variant.model.downsample for job in taken] == ["max_pool", "max_pool"]
        assert [job.variant.train.learning_rate for job in taken] == [0.01, 0.02]
        assert plan.next(program) is None
        assert [plan.next().variant.model.downsample for _ in "ab"] == ["stride", "stride"]

    def test_a_trial_is_an_optuna_trial_with_what_it_was(self, plan_of, tiny, store):
        run_all(plan_of(tiny()), accuracy=lambda job: 0.5 + job.trial / 10)
        trials = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials
        assert [trial.params["model.downsample"] for trial in trials] == ["max_pool", "stride", "stride", "max_pool"]
        assert [trial.value for trial in trials] == pytest.approx([0.5, 0.6, 0.7, 0.8])
        assert trials[2].user_attrs["harness:variant"] == "downsample=stride"
        assert trials[2].user_attrs["harness:replicate"] == 1

    def test_running_again_has_nothing_to_do(self, plan_of, tiny):
        run_all(plan_of(tiny()))
        plan = plan_of(tiny())
        assert (plan.finished, plan.remaining, plan.next()) == (4, 0, None)

    def test_a_larger_budget_adds_only_what_is_missing(self, plan_of, tiny):
        run_all(plan_of(tiny()))
        plan = plan_of(tiny(**{"design.replicates": 3}))
        assert seen(run_all(plan)) == [(4, "downsample=stride", 2), (5, "base", 2)]

    def test_a_study_that_was_begun_in_another_order_goes_on_without_training_anything_twice(
        self, plan_of, tiny, monkeypatch
    ):
        """As earlier versions had it: the base first in every replicate."""
        with monkeypatch.context() as earlier:
            earlier.setattr("harness.plan.policies.grid.balanced", _base_first)
            first = plan_of(tiny(**{"design.replicates": 3}))
            before = [first.next() for _ in range(3)]
            for job in before:
                first.tell(job.trial, make_result(), "r")
        more = run_all(plan_of(tiny(**{"design.replicates": 3})))
        assert seen(before)[2] == (2, "base", 1)
        assert seen(more) == [(3, "downsample=stride", 1), (4, "downsample=stride", 2), (5, "base", 2)]

    def test_what_was_in_flight_is_done_again(self, plan_of, tiny):
        first = plan_of(tiny())
        assert seen([first.next(), first.next()]) == [(0, "base", 0), (1, "downsample=stride", 0)]
        first.tell(0, make_result(), "r")  # and the process is killed with trial 1 in flight
        plan = plan_of(tiny())
        assert plan.open_trials() == [1]
        plan.abandon(1)
        assert seen(run_all(plan)) == [(2, "downsample=stride", 0), (3, "downsample=stride", 1), (4, "base", 1)]

    def test_a_result_that_was_recorded_but_not_told_is_adopted(self, plan_of, tiny):
        first = plan_of(tiny())
        first.next()
        plan = plan_of(tiny())
        plan.adopt(0, make_result(0.77))
        assert plan.finished == 1
        assert seen(run_all(plan))[0] == (1, "downsample=stride", 0)
        assert plan_of(tiny()).finished == 4

    def test_what_was_lost_from_the_store_is_done_again(self, plan_of, tiny):
        run_all(plan_of(tiny()))
        assert seen(run_all(plan_of(tiny(), lost=[2]))) == [(4, "downsample=stride", 1)]

    def test_a_failed_trial_is_done_once_more_when_asked(self, plan_of, tiny):
        plan = plan_of(tiny())
        plan.fail(plan.next().trial, "the worker died", again=True)
        assert seen([plan.next()]) == [(1, "base", 0)]

    def test_a_trial_enqueued_in_the_moment_before_a_kill_does_no_harm(self, plan_of, tiny, store):
        plan_of(tiny())
        optuna.load_study(study_name="tiny", storage=open_storage(store)).enqueue_trial({"model.downsample": "stride"})
        assert seen([plan_of(tiny()).next()]) == [(1, "base", 0)]

    def test_a_loss_that_is_not_finite_never_wins(self, plan_of, tiny, store):
        plan = plan_of(tiny())
        job = plan.next()
        plan.tell(job.trial, make_result(float("inf"), StopReason.NOT_FINITE), "r")
        trial = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials[0]
        assert trial.state is TrialState.PRUNED
        assert trial.user_attrs["harness:stop_reason"] == "not_finite"
        assert plan.finished == 1, "it is a result, not a failure"

    def test_a_network_that_diverged_never_wins_a_search_for_the_fastest(self, plan_of, tiny, store):
        space = {"model.downsample": ["max_pool", "stride"]}
        design = {"kind": "search", "trials": 2, "sampler": "random", "space": space, "objectives": ["train_seconds"]}
        study = tiny(design=design)
        plan = plan_of(study)
        for place in range(2):
            job = plan.next()
            clocks, reason = (
                (Clocks(train=0.1), StopReason.NOT_FINITE) if place else (Clocks(train=9), StopReason.MAXIMUM)
            )
            plan.tell(job.trial, make_result(clocks=clocks, stop_reason=reason), "r")
        trials = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials
        assert [trial.state for trial in trials] == [TrialState.COMPLETE, TrialState.PRUNED]

    def test_structured_levels_go_through_optuna(self, plan_of, tiny):
        factors = {
            "model.conv": [[{"filters": 4}], [{"filters": 8, "kernel": 5}, {"filters": 8}]],
            "model.dense": [[], [4]],
        }
        study = tiny(**{"design.factors": factors, "design.replicates": 1})
        jobs = run_all(plan_of(study))
        assert [job.variant.label for job in jobs] == [
            "dense=none",
            "dense=4",
            "conv=8@5x5 8@3x3, dense=none",
            "conv=8@5x5 8@3x3, dense=4",
        ]
        assert jobs[2].variant.model.conv[0].kernel == 5


class TestSearch:
    def design(self, **changes):
        return {"kind": "search", "trials": 6, "sampler": "random", "space": SPACE, **changes}

    @pytest.mark.gp
    @pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="sampler = 'gp' needs PyTorch")
    def test_gaussian_processes_suggest(self, plan_of, tiny):
        jobs = run_all(plan_of(tiny(design=self.design(sampler="gp", trials=14))), lambda job: 0.5 + job.trial / 100)
        assert len({job.variant.digest for job in jobs if job.phase is Phase.SEARCH}) > 10

    def test_starts_at_the_base_and_confirms_the_best_with_fresh_replicates(self, plan_of, tiny):
        study = tiny(design=self.design(confirm={"top": 2, "replicates": 2}))
        plan = plan_of(study)
        assert plan.remaining == 12
        jobs = run_all(plan, accuracy=lambda job: 0.5 + job.variant.train.learning_rate)
        search, confirm = jobs[:6], jobs[6:]
        assert search[0].variant.label == "base"
        assert {job.phase for job in search} == {Phase.SEARCH}
        assert {job.phase for job in confirm} == {Phase.CONFIRM}
        sampled = {job.variant.digest: job.variant for job in search[1:]}
        best = sorted(sampled.values(), key=lambda variant: -variant.train.learning_rate)
        expected = [study.base.digest, best[0].digest, best[1].digest]
        assert [job.variant.digest for job in confirm] == [*expected, *reversed(expected)]
        assert [job.replicate for job in confirm] == [CONFIRM_FROM] * 3 + [CONFIRM_FROM + 1] * 3
        assert [job.showcase for job in jobs] == [False] * 6 + [True] * 3 + [False] * 3
        assert (plan.finished, plan.remaining) == (12, 0)

    def test_replicates_follow_the_variant(self, plan_of, tiny):
        jobs = run_all(plan_of(tiny(design=self.design(replicates=3, confirm={"top": 1, "replicates": 1}))))
        assert [job.replicate for job in jobs[:6]] == [0, 1, 2, 0, 1, 2]
        assert len({job.variant.digest for job in jobs[:3]}) == 1
        assert len(jobs) == 6 + 2

    def test_a_variant_that_comes_up_again_gets_a_fresh_replicate(self, plan_of, tiny):
        jobs = run_all(plan_of(tiny(design=self.design(space={"model.dense": [[16], [8]]}))))
        places = [(job.variant.digest, job.replicate) for job in jobs]
        assert len(set(places)) == len(places)

    def test_a_larger_budget_goes_on_with_new_variants(self, plan_of, tiny):
        first = run_all(plan_of(tiny(design=self.design())))
        more = run_all(plan_of(tiny(design=self.design(trials=8))))
        searched = {job.variant.digest for job in first if job.phase is Phase.SEARCH}
        new = [job for job in more if job.phase is Phase.SEARCH]
        assert len(new) == 2
        assert not searched & {job.variant.digest for job in new}, "the sampler must not draw its first variants again"

    def test_new_winners_of_a_larger_budget_are_confirmed(self, plan_of, tiny):
        run_all(plan_of(tiny(design=self.design())), accuracy=lambda job: 0.5)
        plan = plan_of(tiny(design=self.design(trials=8)))
        more = run_all(plan, accuracy=lambda job: 0.9)
        new = {job.variant.digest for job in more if job.phase is Phase.SEARCH}
        confirmed = [job.variant.digest for job in more if job.phase is Phase.CONFIRM]
        assert len(confirmed) == 3
        assert set(confirmed) < new
        assert plan_of(tiny(design=self.design(trials=8))).remaining == 0

    def test_an_impossible_network_is_pruned_with_the_reason(self, plan_of, tiny, store):
        space = {"model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]]}
        study = tiny(design=self.design(space=space, trials=5), **{"model.padding": "valid"})
        jobs = run_all(plan_of(study))
        refused = [job for job in jobs if job.refused]
        assert refused
        assert refused[0].refused.startswith("model.conv block 1 needs at least 9x9 pixels")
        trial = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials[refused[0].trial]
        assert trial.state is TrialState.PRUNED
        assert trial.user_attrs["harness:refused"] == refused[0].refused
        assert plan_of(study).remaining == 0, "a refused trial is spent"

    def test_an_interrupted_search_does_the_same_variant_again(self, plan_of, tiny):
        study = tiny(design=self.design())
        first = plan_of(study)
        first.tell(first.next().trial, make_result(), "r")
        job = first.next()
        first.fail(job.trial, "interrupted")
        again = plan_of(study).next()
        assert (again.variant.digest, again.replicate) == (job.variant.digest, job.replicate)
        assert again.trial == job.trial + 1

    def test_the_last_search_trial_may_be_adopted_before_its_confirmation(self, plan_of, tiny):
        study = tiny(design=self.design(trials=1, confirm={"replicates": 1}))
        plan_of(study).next()
        plan = plan_of(study)
        plan.adopt(0, make_result())
        assert plan.remaining == 1
        assert plan.next().phase is Phase.CONFIRM

    def test_a_refusal_that_was_cut_off_does_no_harm(self, plan_of, tiny, store):
        space = {"model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]]}
        study = tiny(design=self.design(space=space), **{"model.padding": "valid"})
        plan_of(study)
        optuna_study = optuna.load_study(study_name="tiny", storage=open_storage(store))
        optuna_study.enqueue_trial({"model.conv": '[{"filters":4,"kernel":9}]'})
        trial = optuna_study.ask()
        trial.suggest_categorical("model.conv", ['[{"filters":4}]', '[{"filters":4,"kernel":9}]'])
        trial.set_user_attr("harness:refused", "too small")
        trial.set_user_attr("harness:phase", "search")
        plan = plan_of(study)
        assert plan.open_trials() == [0]
        plan.abandon(0)
        assert plan_of(study).next().variant.label == "base"

    def test_settings_that_exclude_each_other_are_refused_like_an_impossible_network(self, plan_of, tiny):
        space = {"train.batch_size": [32, 1200], "data.train_images": [1000, 1137]}
        study = tiny(design=self.design(space=space, trials=8), **{"data.train_images": 1000})
        jobs = run_all(plan_of(study))
        reasons = {job.refused for job in jobs if job.refused}
        assert reasons <= {
            "train.batch_size must be at most 1000, the images there are to train on, got 1200.",
            "train.batch_size must be at most 1137, the images there are to train on, got 1200.",
        }
        assert reasons

    def test_survivors_do_not_make_a_winner(self, plan_of, tiny):
        """dense=8 is best where it survives, but every second replicate is pruned."""
        plan = plan_of(tiny(design=self.design(trials=12, replicates=2, space={"model.dense": [[16], [8], [4]]})))
        accuracy = {"base": 0.5, "dense=8": 0.99, "dense=4": 0.7}
        confirmed = set()
        while job := plan.next():
            pruned = job.variant.label == "dense=8" and job.replicate % 2 and job.phase is Phase.SEARCH
            reason = StopReason.PRUNED if pruned else StopReason.MAXIMUM
            plan.tell(job.trial, make_result(accuracy[job.variant.label], reason), "r")
            if job.phase is Phase.CONFIRM:
                confirmed.add(job.variant.label)
        assert confirmed == {"base", "dense=4"}

    def test_replicates_that_were_still_to_come_come_after_an_interruption(self, plan_of, tiny):
        study = tiny(design=self.design(replicates=3))
        first = plan_of(study)
        first.tell(first.next().trial, make_result(), "r")
        jobs = run_all(plan_of(study))
        assert [(job.variant.label, job.replicate) for job in jobs[:2]] == [("base", 1), ("base", 2)]
        assert [job.replicate for job in jobs[2:5]] == [0, 1, 2]

    def test_what_was_in_flight_twice_is_still_done_again(self, plan_of, tiny):
        study = tiny(design=self.design())
        first = plan_of(study)
        first.tell(first.next().trial, make_result(), "r")
        job = first.next()  # killed
        plan_of(study).abandon(job.trial)  # and killed again before anything began
        again = plan_of(study).next()
        assert (again.variant.digest, again.replicate) == (job.variant.digest, job.replicate)

    def test_the_pruner_sees_every_evaluation(self, plan_of, tiny, store):
        plan = plan_of(tiny(design=self.design(pruner="median", trials=8)))
        for _ in range(5):
            job = plan.next()
            assert job.prunable
            assert not any(plan.should_prune(job.trial, {"val_accuracy": value}) for value in (0.8, 0.85, 0.9))
            plan.tell(job.trial, make_result(), "r")
        poor = plan.next()
        assert [plan.should_prune(poor.trial, {"val_accuracy": 0.1}) for _ in range(3)] == [False, True, True]
        plan.tell(poor.trial, make_result(stop_reason=StopReason.PRUNED), "r")
        trial = optuna.load_study(study_name="tiny", storage=open_storage(store)).trials[poor.trial]
        assert trial.state is TrialState.PRUNED
        assert trial.intermediate_values == {1: 0.1, 2: 0.1, 3: 0.1}

    def test_a_metric_that_is_named_may_be_the_objective_and_less_of_it_the_better(self, plan_of, tiny, store):
        name = "val_expected_calibration_error"
        plan = plan_of(tiny(design=self.design(pruner="median", trials=8, objectives=[name])))
        for _ in range(5):
            job = plan.next()
            assert job.prunable
            assert not any(plan.should_prune(job.trial, {name: value}) for value in (0.2, 0.1, 0.05))
            plan.tell(job.trial, make_result(metrics={name: 0.05}), "r")
        poor = plan.next()
        assert [plan.should_prune(poor.trial, {name: 0.9}) for _ in range(3)] == [False, True, True]
        plan.tell(poor.trial, make_result(stop_reason=StopReason.PRUNED), "r")
        study = optuna.load_study(study_name="tiny", storage=open_storage(store))
        assert (study.direction, study.best_value) == (optuna.study.StudyDirection.MINIMIZE, 0.05)

    def test_confirmation_is_never_pruned(self, plan_of, tiny):
        jobs = run_all(plan_of(tiny(design=self.design(pruner="hyperband"))))
        assert {job.prunable for job in jobs if job.phase is Phase.CONFIRM} == {False}

    @pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
    def test_several_objectives(self, plan_of, tiny, store, sampler):
        design = self.design(sampler=sampler, objectives=["val_accuracy", "parameters"], trials=12)
        run_all(plan_of(tiny(design=design)), accuracy=lambda job: 0.5 + job.variant.train.learning_rate)
        study = optuna.load_study(study_name="tiny", storage=open_storage(store))
        assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE"]
        assert study.trials[0].values == [pytest.approx(0.51), 1000.0]
