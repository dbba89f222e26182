"""What earlier runs of a study left in Optuna's storage, as the plan goes on from it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import optuna
from optuna.trial import FixedTrial, FrozenTrial, TrialState

from harness.objective import REFUSED, Objective
from harness.plan.ledger import Ledger
from harness.plan.trials import (
    DIGEST,
    ERROR,
    INTERRUPTED,
    PHASE,
    REPLICATE,
    STOP_REASON,
    FinishedTrial,
    Training,
)
from harness.records import StopReason, TrialResult
from harness.study import Phase


def resume(
    optuna_study: optuna.Study,
    objective: Objective,
    recorded: Collection[int],
    recall: Callable[[int], TrialResult] | None,
) -> Ledger:
    """Return what earlier runs finished, and queue what a search had in flight when they ended.

    Args:
        optuna_study: the study; what was only enqueued there is closed.
        objective: makes variants of its trials.
        recorded: numbers of the trials whose results are safely recorded; others are done again.
        recall: gives the result of a recorded trial, if results are asked for.
    """
    _drop_waiting(optuna_study)
    ledger = Ledger()
    trials = optuna_study.get_trials(deepcopy=False)
    for trial in trials:
        if trial.state not in (TrialState.COMPLETE, TrialState.PRUNED):
            continue
        if REFUSED in trial.user_attrs:
            ledger.spent += 1
        elif trial.number in recorded:
            finished = _finished(trial, objective, recall)
            ledger.finished[trial.number] = finished
            ledger.spent += finished.training.phase is Phase.SEARCH
    ledger.enqueue(training_of(trial, objective) for trial in trials if _was_in_flight(trial))
    return ledger


def training_of(trial: FrozenTrial, objective: Objective) -> Training:
    """Return what a trial trains or trained."""
    variant = objective.suggest(FixedTrial(trial.params))
    return Training(variant, trial.user_attrs[REPLICATE], Phase(trial.user_attrs[PHASE]))


def _drop_waiting(optuna_study: optuna.Study) -> None:
    """Close what a run enqueued in the moment before it was killed: the next ask would get it."""
    while optuna_study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        optuna_study.tell(optuna_study.ask(), state=TrialState.FAIL)


def _finished(trial: FrozenTrial, objective: Objective, recall: Callable[[int], TrialResult] | None) -> FinishedTrial:
    # earlier versions let a network that diverged have a value
    whole = trial.state is TrialState.COMPLETE and trial.user_attrs.get(STOP_REASON) != StopReason.NOT_FINITE
    values = tuple(trial.values) if whole else None
    result = recall(trial.number) if recall else None
    return FinishedTrial(training_of(trial, objective), trial.user_attrs[DIGEST], values, result)


def _was_in_flight(trial: FrozenTrial) -> bool:
    """Whether a search had this trial in flight when it was interrupted or killed: the same replicate is done again."""
    attributes = trial.user_attrs
    unfinished = trial.state in (TrialState.RUNNING, TrialState.FAIL)
    in_flight = unfinished and attributes.get(ERROR, INTERRUPTED) == INTERRUPTED
    return in_flight and attributes.get(PHASE) == Phase.SEARCH and REFUSED not in attributes
