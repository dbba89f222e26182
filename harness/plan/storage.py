"""A study in Optuna's storage: made with its sampler and pruner, and what is kept of it."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any, Literal

import optuna

from harness.metrics import METRICS
from harness.plan.trials import RUN, STOP_REASON
from harness.records import TrialResult
from harness.study import Search, Study, TrainSpec

_MEANING = "harness:meaning"


def open_study(study: Study, storage: optuna.storages.BaseStorage, name: str | None = None) -> optuna.Study:
    """Open or create the Optuna study of a study, under its own name unless another is given."""
    design = study.design
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    sampler: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=study.seed)
    if design.explores:
        pruner = _pruner(design, study.train)
        sampler = _sampler(design, study.seed)
    optuna_study = optuna.create_study(
        study_name=name or study.name,
        storage=storage,
        directions=[METRICS[name].direction for name in study.objectives],
        sampler=sampler,
        pruner=pruner,
        load_if_exists=True,
    )
    if design.explores and (done := len(optuna_study.get_trials(deepcopy=False))):
        # with the first run's seed again, a continued search would draw the variants it began with once more
        optuna_study.sampler = _sampler(design, study.seed + done)
    if _MEANING not in optuna_study.user_attrs:
        optuna_study.set_user_attr("question", study.question)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            optuna_study.set_metric_names(list(study.objectives))
        optuna_study.set_user_attr(_MEANING, json.dumps(study.meaning()))
    return optuna_study


def known_results(name: str, storage: optuna.storages.BaseStorage) -> set[int]:
    """Return the numbers of the trials of a study that Optuna knows a result of, or holds open for one."""
    if name not in optuna.get_all_study_names(storage):
        return set()
    trials = optuna.load_study(study_name=name, storage=storage).get_trials(deepcopy=False)
    return {trial.number for trial in trials if trial.state is not optuna.trial.TrialState.FAIL}


def note_run(name: str, storage: optuna.storages.BaseStorage, number: int, run_id: str, result: TrialResult) -> None:
    """Note at a trial that is open its MLflow run and why it ended, as telling its result does."""
    trial = storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(name), number)
    storage.set_trial_user_attr(trial, STOP_REASON, result.stop_reason.value)
    storage.set_trial_user_attr(trial, RUN, run_id)


def read_meaning(name: str, storage: optuna.storages.BaseStorage) -> dict[str, Any] | None:
    """Return the meaning of the study that was run under a name, or None if there was none."""
    for summary in optuna.get_all_study_summaries(storage):
        if summary.study_name == name:
            meaning = summary.user_attrs.get(_MEANING)
            return json.loads(meaning) if meaning else None
    return None


def _sampler(design: Search, seed: int) -> optuna.samplers.BaseSampler:
    if design.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if design.sampler == "nsga2":
        # small populations: trainings are dear, and the default of 50 would never leave the first generation
        population = max(4, min(50, design.trials // (4 * design.replicates)))
        return optuna.samplers.NSGAIISampler(seed=seed, population_size=population)
    if design.sampler == "gp":
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)
    single = len(design.objectives) == 1
    return optuna.samplers.TPESampler(seed=seed, multivariate=single, constant_liar=True)


def _pruner(design: Search, train: TrainSpec) -> optuna.pruners.BasePruner:
    if design.pruner == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)  # never by the first evaluation alone
    if design.pruner == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=_evaluations(train), reduction_factor=3)
    return optuna.pruners.NopPruner()


def _evaluations(train: TrainSpec) -> int | Literal["auto"]:
    """Evaluations of a training that nothing stops, where the file alone tells; else Optuna's guess from the first."""
    if train.max_steps is not None and train.evaluate_every != "epoch":
        return math.ceil(train.max_steps / train.evaluate_every)
    if train.max_epochs is not None and train.evaluate_every == "epoch":
        return max(1, math.ceil(train.max_epochs))
    return "auto"
