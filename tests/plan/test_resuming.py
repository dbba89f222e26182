"""What a plan goes on from, in a study of Optuna's that lives in memory."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import TrialState

from harness.objective import Objective
from harness.plan.resuming import resume
from harness.study import Phase
from tests.conftest import make_result

SEARCH = {"kind": "search", "trials": 6, "sampler": "random", "space": {"model.downsample": ["max_pool", "stride"]}}


@pytest.fixture
def objective(tiny):
    return Objective(tiny(design=SEARCH))


@pytest.fixture
def optuna_study():
    return optuna.create_study(direction="maximize")


def add(optuna_study, objective, state, downsample="max_pool", replicate=0, value=None, **attributes):
    """Add a trial of the search as a run would have left it."""
    variant = objective.study.variant({"model.downsample": downsample})
    optuna_study.enqueue_trial(objective.parameters(variant))
    trial = optuna_study.ask()
    objective.suggest(trial)
    noted = {"digest": variant.digest, "replicate": replicate, "phase": "search", **attributes}
    for key, said in noted.items():
        trial.set_user_attr(f"harness:{key}", said)
    if state is not TrialState.RUNNING:
        optuna_study.tell(trial, value, state=state)
    return variant


def seen(queue):
    return [(training.variant.model.downsample, training.replicate, training.phase) for training in queue]


def test_what_is_finished_and_recorded_counts(optuna_study, objective):
    base = add(optuna_study, objective, TrialState.COMPLETE, value=0.9)
    stride = add(optuna_study, objective, TrialState.PRUNED, "stride")
    add(optuna_study, objective, TrialState.COMPLETE, "stride", replicate=1, value=0.8)  # its record is lost
    ledger = resume(optuna_study, objective, recorded={0, 1}, recall=None)
    assert {number: (one.key, one.values, one.result) for number, one in ledger.finished.items()} == {
        0: ((base.digest, 0, Phase.SEARCH), (0.9,), None),
        1: ((stride.digest, 0, Phase.SEARCH), None, None),
    }
    assert (ledger.spent, list(ledger.queue)) == (2, [])


def test_results_are_recalled_where_they_are_asked_for(optuna_study, objective):
    add(optuna_study, objective, TrialState.COMPLETE, value=0.9)
    result = make_result(0.9)
    assert resume(optuna_study, objective, {0}, {0: result}.__getitem__).finished[0].result is result


def test_a_network_that_diverged_has_no_value_whatever_earlier_versions_told(optuna_study, objective):
    add(optuna_study, objective, TrialState.COMPLETE, value=0.1, stop_reason="not_finite")
    assert resume(optuna_study, objective, {0}, None).finished[0].values is None


def test_what_was_in_flight_is_queued_once(optuna_study, objective):
    add(optuna_study, objective, TrialState.RUNNING, "stride", replicate=2)  # killed
    add(optuna_study, objective, TrialState.FAIL, "stride", replicate=2, error="interrupted")
    add(optuna_study, objective, TrialState.FAIL, replicate=1, error="ValueError: no")  # broken, and not tried again
    add(optuna_study, objective, TrialState.RUNNING, phase="confirm")  # the policy wants it anew
    ledger = resume(optuna_study, objective, set(), None)
    assert seen(ledger.queue) == [("stride", 2, Phase.SEARCH)]
    assert ledger.spent == 0


def test_a_refused_network_is_spent(optuna_study, objective):
    add(optuna_study, objective, TrialState.PRUNED, refused="too small")
    ledger = resume(optuna_study, objective, set(), None)
    assert (ledger.spent, ledger.finished) == (1, {})


def test_what_was_only_enqueued_is_closed(optuna_study, objective):
    optuna_study.enqueue_trial({"model.downsample": "stride"})
    resume(optuna_study, objective, set(), None)
    assert [trial.state for trial in optuna_study.trials] == [TrialState.FAIL]
