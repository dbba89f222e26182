"""Optuna trials of trainings that no sampler chooses: made as they are handed out, in one write."""

from __future__ import annotations

import optuna
from optuna.trial import FixedTrial, FrozenTrial, TrialState

from harness.objective import Objective
from harness.plan.trials import DIGEST, LABEL, PHASE, REPLICATE, Training
from harness.study import Variant


def running_trial(objective: Objective, training: Training) -> FrozenTrial:
    """Return a trial that runs, as Optuna's storage takes it for a template.

    To enqueue it, ask for it, suggest its parameters and note what it trains would be a transaction each: six of them,
    and each as long as the whole.
    """
    asked = asked_for(objective, training.variant)
    return optuna.trial.create_trial(
        state=TrialState.RUNNING,
        params=asked.params,
        distributions=asked.distributions,
        user_attrs=attributes_of(training),
    )


def asked_for(objective: Objective, variant: Variant) -> FixedTrial:
    """Return the parameters and distributions that stand for a variant, as Optuna would have asked for them."""
    trial = FixedTrial(objective.parameters(variant))
    suggested = objective.suggest(trial)
    assert suggested.digest == variant.digest, (suggested, variant)
    return trial


def attributes_of(training: Training) -> dict[str, str | int]:
    """Return what is noted at a trial of what it trains."""
    variant, replicate, phase = training
    return {DIGEST: variant.digest, LABEL: variant.label, REPLICATE: replicate, PHASE: phase.value}
