"""Which trained network stands for a study."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from harness.errors import UsageError
from harness.findings.winner import choose_winner
from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, curve, make_study, trial


def results(study, values, **common):
    """Trials of max_pool and stride in turn, a pair a replicate: (accuracy of the base, of the stride)."""
    rows = []
    for replicate, pair in enumerate(values):
        for place, (settings, accuracy) in enumerate(zip((POOL, STRIDE), pair, strict=True)):
            rows.append(trial(study, 2 * replicate + place, settings, replicate, test_accuracy=accuracy, **common))
    return pd.DataFrame(rows)


def choose(study, trials, metric="test_accuracy"):
    history = pd.concat([curve(study, POOL, 0, 0)])
    return choose_winner(report(study, trials, history), trials, metric)


CLEAR = [(0.90, 0.96), (0.91, 0.971), (0.90, 0.959), (0.905, 0.967)]
"""The stride is better by 6 points in every replicate."""


@pytest.fixture
def study():
    return make_study(report={"metrics": ["test_accuracy"]})


def test_the_variant_that_is_better_and_its_training_with_the_best_validation_accuracy(study):
    trials = results(study, CLEAR)
    trials["val_accuracy"] = [0.99, 0.95, 0.99, 0.97, 0.99, 0.96, 0.99, 0.96]
    winner = choose(study, trials)
    assert (winner.variant, winner.trial, winner.run_id) == ("downsample=stride", 3, f"{3:032x}")
    assert winner.why == (
        "downsample=stride is better in test accuracy than the base (+6.05 points); of 4 trainings the one with the "
        "best validation accuracy, 97.00 %."
    )


def test_the_test_split_does_not_choose_between_trainings_of_a_variant(study):
    trials = results(study, CLEAR)
    trials["val_accuracy"] = 0.95
    trials["val_loss"] = [0.1, 0.4, 0.1, 0.3, 0.1, 0.2, 0.1, 0.4]
    assert choose(study, trials).trial == 5, "equal in accuracy, best in loss; trial 3 has the best test accuracy"


def test_what_diverged_never_wins(study):
    trials = results(study, CLEAR, val_accuracy=0.9)
    trials.loc[1, ["stop_reason", "val_accuracy"]] = ["not_finite", 1.0]
    history = pd.concat([curve(study, POOL, 0, 0)])
    # the verdict of before the divergence was known: the best of its trainings is another one
    found = choose_winner(report(study, results(study, CLEAR), history), trials, "test_accuracy")
    assert (found.variant, found.trial) == ("downsample=stride", 3)
    trials.loc[trials["trial"] % 2 == 1, "stop_reason"] = "not_finite"
    found = choose_winner(report(study, results(study, CLEAR), history), trials, "test_accuracy")
    assert (found.variant, found.trial) == ("base", 0)
    trials["stop_reason"] = "not_finite"
    with pytest.raises(UsageError, match=r"a winner must not have diverged, every training of base .* did\. Lower its"):
        choose(study, trials)


def test_the_base_where_none_is_better(study):
    winner = choose(study, results(study, [(worse, better) for better, worse in CLEAR]))
    assert (winner.variant, winner.trial) == ("base", 0)
    assert winner.why == (
        "No variant is better in test accuracy than base (downsample=max_pool); of 4 trainings the one with the best "
        "validation accuracy, 98.00 %."
    )


def test_without_validation_images_the_training_accuracy_chooses(study):
    trials = results(study, CLEAR, val_accuracy=math.nan, val_loss=math.nan)
    trials["train_accuracy"] = [0.99, 0.95, 0.99, 0.95, 0.99, 0.98, 0.99, math.nan]
    winner = choose(study, trials)
    assert winner.trial == 5
    assert winner.why.endswith("the one with the best training accuracy, 98.00 %.")


def test_a_failed_training_cannot_win(study):
    trials = results(study, CLEAR)
    trials["val_accuracy"] = [0.9] * 7 + [0.99]
    trials.loc[7, "status"] = "failed"
    assert choose(study, trials).trial == 1


def test_what_a_search_only_explored_cannot_win():
    study = make_study(
        report={"metrics": ["test_accuracy"]},
        design={"kind": "search", "trials": 4, "space": {"model.downsample": ["max_pool", "stride", "none"]}},
    )
    none = {"model.downsample": "none"}
    rows = [trial(study, 0, none, 0, phase="search", test_accuracy=0.999, val_accuracy=0.999)]
    for replicate, (base, stride) in enumerate(CLEAR):
        for place, (settings, accuracy) in enumerate(((POOL, base), (STRIDE, stride)), start=1):
            number = 2 * replicate + place
            rows.append(trial(study, number, settings, 1000 + replicate, phase="confirm", test_accuracy=accuracy))
    assert choose(study, pd.DataFrame(rows)).variant == "downsample=stride"


def test_without_a_finished_trial_there_is_no_winner(study):
    trials = results(study, CLEAR, status="failed")
    with pytest.raises(UsageError, match=r"a winner must have finished trials, base \(downsample=max_pool\) has none"):
        choose(study, trials)
