"""The objective in a plain Optuna study, training in this process."""

from __future__ import annotations

import threading

import optuna
import pytest
from mlflow.tracking import MlflowClient

import harness
from harness.objective import is_rankable
from harness.records import StopReason
from harness.results import load_results
from harness.store.local.database import store_uri
from tests.conftest import make_result

SEARCH = {
    "kind": "search",
    "trials": 4,
    "space": {
        "train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
        "model.dense.0": {"low": 8, "high": 32, "step": 8},
        "model.conv": [[{"filters": 4}], [{"filters": 4}, {"filters": 8}]],
        "model.batch_norm": [False, True],
    },
}


class TestTold:
    @pytest.mark.parametrize(
        ("result", "told"),
        [
            (make_result(0.8), [0.8]),
            (make_result(0.8, StopReason.PRUNED), None),
            (make_result(0.8, StopReason.NOT_FINITE), None),
            (make_result(float("inf")), None),
        ],
    )
    def test_only_what_ran_to_its_end_has_a_value(self, tiny, result, told):
        assert harness.Objective(tiny()).told(result) == told


class TestPruning:
    def test_the_pruner_sees_every_finite_value_of_the_objective(self, tiny):
        """Values from 0.5 up go on."""
        optuna_study = optuna.create_study(direction="maximize", pruner=optuna.pruners.ThresholdPruner(lower=0.5))
        trial = optuna_study.ask()
        decide = harness.Objective(tiny()).pruning(trial)
        evaluations = [{"val_accuracy": 0.9}, {"val_loss": 0.1}, {"val_accuracy": float("nan")}, {"val_accuracy": 0.4}]
        assert [decide(metrics) for metrics in evaluations] == [False, False, False, True]
        assert optuna_study.trials[0].intermediate_values == {1: 0.9, 2: 0.4}


class TestSuggest:
    def test_exactly_what_the_study_varies(self, tiny):
        objective = harness.Objective(tiny(design=SEARCH))
        trial = optuna.create_study().ask()
        variant = objective.suggest(trial)
        assert set(trial.params) == set(SEARCH["space"])
        assert variant.train.learning_rate == trial.params["train.learning_rate"]
        assert variant.model.dense == (trial.params["model.dense.0"],)
        assert variant.model.batch_norm == trial.params["model.batch_norm"]
        assert len(variant.model.conv) == trial.params["model.conv"].count("filters")
        assert trial.distributions == {
            "train.learning_rate": optuna.distributions.FloatDistribution(1e-3, 1e-1, log=True),
            "model.dense.0": optuna.distributions.IntDistribution(8, 32, step=8),
            "model.conv": optuna.distributions.CategoricalDistribution(
                ['[{"filters":4}]', '[{"filters":4},{"filters":8}]']
            ),
            "model.batch_norm": optuna.distributions.CategoricalDistribution([False, True]),
        }

    def test_parameters_lead_back_to_the_variant(self, tiny):
        objective = harness.Objective(tiny(design=SEARCH))
        optuna_study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
        for _ in range(8):
            variant = objective.suggest(optuna_study.ask())
            again = objective.suggest(optuna.trial.FixedTrial(objective.parameters(variant)))
            assert again.digest == variant.digest

    def test_the_base_has_parameters_too(self, tiny):
        study = tiny(design=SEARCH)
        assert harness.Objective(study).parameters(study.base) == {
            "train.learning_rate": 0.01,
            "model.dense.0": 16,
            "model.conv": '[{"filters":4}]',
            "model.batch_norm": False,
        }

    def test_an_impossible_network_is_pruned_with_the_reason(self, tiny):
        space = {"model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]]}
        objective = harness.Objective(tiny(design={**SEARCH, "space": space}, **{"model.padding": "valid"}))
        with pytest.raises(optuna.TrialPruned, match="needs at least 9x9 pixels"):
            objective.suggest(optuna.trial.FixedTrial({"model.conv": '[{"filters":4,"kernel":9}]'}))


def test_values_are_the_objectives(tiny):
    objective = harness.Objective(tiny(design={**SEARCH, "objectives": ["val_loss", "macs", "steps_to_target"]}))
    assert objective.values(make_result()) == [0.4, 5000.0, float("inf")]
    assert not is_rankable([0.4, float("inf")])
    assert not is_rankable([float("nan")])
    assert is_rankable([0.4, 5000.0])


class TestOptimize:
    def test_trains_stops_at_the_target_and_logs_to_mlflow(self, tiny, store):
        study = tiny(design=SEARCH, **{"target.value": 0.5, "train.max_steps": 300})
        optuna_study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
        optuna_study.enqueue_trial(harness.Objective(study).parameters(study.base))
        optuna_study.optimize(harness.Objective(study, store=store), n_trials=1)
        (trial,) = optuna_study.trials
        assert trial.user_attrs["harness:stop_reason"] == "target"
        trials = load_results("tiny.optimize", store).trials
        row = trials.iloc[0]
        assert (row["trial"], row["status"], row["stop_reason"]) == (0, "finished", "target")
        assert row["val_accuracy"] == trial.value >= 0.5
        assert row["steps_to_target"] == row["steps"] < 300
        client = MlflowClient(store_uri(store))
        files = {file.path for file in client.list_artifacts(row["run_id"])}
        assert {"summary.txt", "history.csv", "insight"} <= files
        (model,) = client.search_logged_models([row["experiment_id"]])
        assert (model.name, model.status, model.source_run_id) == ("#0 · base · r0", "READY", row["run_id"])

    def test_its_pruner_prunes(self, tiny, store):
        study = tiny(design=SEARCH)
        always = optuna.pruners.ThresholdPruner(lower=1.0)
        optuna_study = optuna.create_study(direction="maximize", pruner=always)
        optuna_study.enqueue_trial(harness.Objective(study).parameters(study.base))
        optuna_study.optimize(harness.Objective(study, store=store), n_trials=1)
        (trial,) = optuna_study.trials
        assert trial.state is optuna.trial.TrialState.PRUNED
        assert list(trial.intermediate_values) == [1]
        row = load_results("tiny.optimize", store).trials.iloc[0]
        assert (row["status"], row["stop_reason"], row["steps"]) == ("pruned", StopReason.PRUNED, 20)

    def test_two_objectives_without_a_store(self, tiny):
        study = tiny(design={**SEARCH, "objectives": ["val_accuracy", "parameters"]})
        optuna_study = optuna.create_study(directions=["maximize", "minimize"])
        optuna_study.enqueue_trial(harness.Objective(study).parameters(study.base))
        optuna_study.optimize(harness.Objective(study, store=None), n_trials=1)
        accuracy, parameters = optuna_study.trials[0].values
        assert 0 < accuracy < 1
        assert parameters == 1250

    def test_a_network_that_diverges_is_pruned_whatever_is_asked_of_it(self, tiny, store):
        design = {**SEARCH, "objectives": ["train_seconds"]}  # it is the fastest of all
        explode = {"train.optimizer": "sgd", "train.learning_rate": 1e30, "target.value": 0.05}
        design["space"] = {"model.dense": [[16], [8]]}
        study = tiny(design=design, **explode)
        optuna_study = optuna.create_study(direction="minimize")
        optuna_study.enqueue_trial(harness.Objective(study).parameters(study.base))
        optuna_study.optimize(harness.Objective(study, store=store), n_trials=1)
        (trial,) = optuna_study.trials
        assert (trial.state, trial.values) == (optuna.trial.TrialState.PRUNED, None)
        row = load_results("tiny.optimize", store).trials.iloc[0]
        assert (row["status"], row["stop_reason"], row["steps"]) == ("finished", "not_finite", 20)
        assert row[["steps_to_target", "val_accuracy", "test_accuracy"]].isna().all()

    def test_a_broken_trial_is_a_failed_run(self, tiny, store, monkeypatch):
        def broken(*arguments, **named):
            raise ValueError("no")

        monkeypatch.setattr("harness.worker.run_jobs", broken)
        study = tiny()
        optuna_study = optuna.create_study(direction="maximize")
        optuna_study.optimize(harness.Objective(study, store=store), n_trials=1, catch=ValueError)
        row = load_results("tiny.optimize", store).trials.iloc[0]
        assert (row["status"], row["error"]) == ("failed", "ValueError: no")

    def test_ctrl_c_ends_the_training_and_closes_its_run_as_killed(self, tiny, store):
        class Pressed(optuna.pruners.BasePruner):
            def prune(self, study, trial):
                raise KeyboardInterrupt

        study = tiny(design=SEARCH, **{"train.max_steps": 1_000_000, "target": None})
        optuna_study = optuna.create_study(direction="maximize", pruner=Pressed())
        with pytest.raises(KeyboardInterrupt):
            optuna_study.optimize(harness.Objective(study, store=store), n_trials=1)
        row = load_results("tiny.optimize", store).trials.iloc[0]
        assert (row["status"], row["error"]) == ("killed", "interrupted")
        assert "harness training" not in [thread.name for thread in threading.enumerate()]
