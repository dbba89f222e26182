"""Which replicates a search completes, and what it confirms; results are made up."""

from __future__ import annotations

import pytest

from harness.plan.ledger import Ledger
from harness.plan.policies.search import SearchPolicy
from harness.plan.trials import CONFIRM_FROM, Assignment, FinishedTrial, Training
from harness.study import Phase

SPACE = {"model.dense": [[16], [8], [4], [2]]}


@pytest.fixture
def search(tiny):
    def make(**changes):
        study = tiny(design={"kind": "search", "trials": 6, "sampler": "random", "space": SPACE, **changes})
        return study, SearchPolicy(study, study.design)

    return make


def trained(study, ledger, units, *values):
    """Add finished trainings of a search, one replicate a value; None for one that was pruned."""
    variant = study.variant({"model.dense": [units]})
    for replicate, value in enumerate(values):
        told = None if value is None else value if isinstance(value, tuple) else (value,)
        training = Training(variant, replicate, Phase.SEARCH)
        ledger.finished[len(ledger.finished)] = FinishedTrial(training, variant.digest, told)
        ledger.spent += 1
    return variant


def seen(wave):
    return [(training.variant.label, training.replicate, training.phase.value) for training in wave]


def test_the_variant_just_sampled_gets_its_replicates(search):
    study, policy = search(replicates=3)
    ledger = Ledger(running={0: Assignment(0, study.base, 0, Phase.SEARCH)})
    assert (policy.to_sample(ledger), policy.remaining(ledger)) == (5, 5 + 2 * 3)
    assert seen(policy.next_wave(ledger)) == [("base", 1, "search"), ("base", 2, "search")]


def test_the_budget_ends_it(search):
    study, policy = search(replicates=3, trials=5)
    ledger = Ledger()
    trained(study, ledger, 16, 0.5, 0.5, 0.5)
    ledger.running[3] = Assignment(3, study.variant({"model.dense": [8]}), 0, Phase.SEARCH)
    assert seen(policy.next_wave(ledger)) == [("dense=8", 1, "search")]


def test_what_is_still_running_keeps_the_confirmations_waiting(search):
    study, policy = search(trials=2)
    ledger = Ledger(running={1: Assignment(1, study.variant({"model.dense": [8]}), 0, Phase.SEARCH)})
    trained(study, ledger, 16, 0.5)
    assert (policy.to_sample(ledger), list(policy.next_wave(ledger))) == (0, [])
    assert policy.remaining(ledger) == 2 * 3


def test_the_best_and_the_base_are_confirmed_replicate_by_replicate(search):
    study, policy = search(trials=4, confirm={"top": 2, "replicates": 2})
    ledger = Ledger()
    for units, value in [(16, 0.9), (8, 0.7), (4, 0.8), (2, 0.6)]:
        trained(study, ledger, units, value)
    assert seen(policy.next_wave(ledger)) == [
        *((label, CONFIRM_FROM, "confirm") for label in ("base", "dense=4", "dense=8")),
        *((label, CONFIRM_FROM + 1, "confirm") for label in ("dense=8", "dense=4", "base")),
    ]
    assert policy.remaining(ledger) == 0


def test_one_that_broke_off_comes_after_all_that_finished(search):
    study, policy = search(confirm={"top": 1, "replicates": 1})
    ledger = Ledger()
    trained(study, ledger, 16, 0.5, 0.5)
    trained(study, ledger, 8, 0.99, None)
    trained(study, ledger, 4, 0.7, 0.8)
    assert seen(policy.next_wave(ledger)) == [("base", 1000, "confirm"), ("dense=4", 1000, "confirm")]


def test_for_each_value_to_be_reached_the_smallest_that_reaches_it(search):
    study, policy = search(
        trials=4, objectives=["val_accuracy", "parameters"], confirm={"reaching": [0.7, 0.9], "replicates": 1}
    )
    ledger = Ledger()
    for units, accuracy in [(16, 0.99), (8, 0.95), (4, 0.75), (2, 0.6)]:
        trained(study, ledger, units, (accuracy, float(units)))
    assert [label for label, *_ in seen(policy.next_wave(ledger))] == ["base", "dense=4", "dense=8"]
