import math

import numpy as np
import pandas as pd
import pytest

from harness.reports import report
from harness.stats import Verdict
from tests.findings.conftest import POOL, STRIDE, make_study, trial


def contrasts_of(study, trials, history):
    return {contrast.metric: contrast for contrast in report(study, trials, history).rows[1].contrasts}


def test_by_hand(study, trials, history):
    found = contrasts_of(study, trials, history)
    accuracy = found["test_accuracy"]
    # -0.1, -0.2, -0.3 points: -0.2 +- 4.30265 * 0.1 / sqrt 3
    assert accuracy.kind == "difference"
    assert accuracy.estimate == pytest.approx(-0.002)
    assert accuracy.low == pytest.approx(-0.002 - 0.00248414, abs=1e-7)
    assert accuracy.pairs == 3
    assert accuracy.p == pytest.approx(0.0741799, abs=1e-6)  # t = 2 sqrt(3) with 2 degrees of freedom
    assert accuracy.p_holm == pytest.approx(2 * 0.0741799, abs=1e-6)  # the larger of two: equal seconds have 2 / 2^3
    assert accuracy.p_flips == 0.25
    assert (accuracy.won, accuracy.effect_size) == (0, pytest.approx(-2 * 4 / 7))
    assert accuracy.verdict is Verdict.UNDECIDED
    seconds = found["seconds_to_target"]
    assert (seconds.kind, seconds.estimate) == ("ratio", pytest.approx(0.5))
    assert seconds.verdict is Verdict.UNDECIDED
    assert seconds.note == "every pair gives the same"
    parameters = found["parameters"]
    assert (parameters.kind, parameters.estimate, parameters.verdict) == ("exact", 0.5, Verdict.BETTER)


def test_times_that_differ_surely_decide(study, trials, history):
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 2.1, 2.5, 2.9]
    assert contrasts_of(study, trials, history)["seconds_to_target"].verdict is Verdict.BETTER


def test_a_margin_makes_equivalent(trials, history):
    study = make_study(report={"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.004}})
    assert contrasts_of(study, trials, history)["test_accuracy"].verdict is Verdict.EQUIVALENT


def test_a_margin_in_seconds_is_a_difference(trials, history):
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 4.1, 5.2, 6.1]
    study = make_study(report={"metrics": ["seconds_to_target"], "margin": {"seconds_to_target": 1.0}})
    found = contrasts_of(study, trials, history)["seconds_to_target"]
    assert found.verdict is Verdict.EQUIVALENT
    assert found.estimate == pytest.approx((4.1 / 4 * 5.2 / 5 * 6.1 / 6) ** (1 / 3))


def test_censored_times_count(study, trials, history):
    trials.loc[trials["trial"] == 3, ["seconds_to_target", "steps_to_target"]] = np.nan
    found = contrasts_of(study, trials, history)["seconds_to_target"]
    assert found.kind == "time_ratio"
    assert found.verdict is Verdict.UNDECIDED
    assert found.note == "1 of 3 never reached it; base: 0 of 3"


def test_all_against_none_decides_with_five(history):
    study = make_study(report={"metrics": ["steps_to_target"]})
    rows = [trial(study, n, POOL, n, steps_to_target=500.0 + n, seconds_to_target=4.0) for n in range(5)]
    rows += [trial(study, 5 + n, STRIDE, n) for n in range(5)]
    found = contrasts_of(study, pd.DataFrame(rows), history)["steps_to_target"]
    assert found.p == 2 / 252
    # up to 1000 / 503 four of the base are seen before all others: 2 * 6 of 252 ways to deal
    assert (found.estimate, found.low, found.high) == (math.inf, pytest.approx(1000 / 503), math.inf)
    assert found.verdict is Verdict.WORSE


def test_comparisons_are_judged_together(trials, history):
    # p = 0.0024 for the seconds and 0.074 for the accuracy: alone, and beside 24 others
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 2.1, 2.5, 2.9]
    found = contrasts_of(make_study(), trials, history)["seconds_to_target"]
    assert found.p_holm == pytest.approx(2 * found.p)


def test_adaptive_intervals_are_wider(trials, history):
    given = {"kind": "factorial", "replicates": {"min": 3, "max": 30}}
    study = make_study(design={**given, "factors": {"model.downsample": ["max_pool", "stride"]}})
    accuracy = contrasts_of(study, trials, history)["test_accuracy"]
    assert accuracy.p == pytest.approx(0.741799, abs=1e-5)  # a tenth of the error for the first look
    assert accuracy.low == pytest.approx(-0.002 - 14.0890 * 0.001 / math.sqrt(3), abs=1e-7)  # t(0.9975, 2)


def test_seconds_of_different_places_are_not_compared(study, trials, history):
    trials.loc[trials["trial"] == 5, "device"] = "gpu"
    found = contrasts_of(study, trials, history)
    assert found["seconds_to_target"].note == "not compared: device cpu and gpu"
    assert found["test_accuracy"].pairs == 3


def test_one_replicate_has_no_verdict_but_exact_counts_do(study):
    rows = [trial(study, 0, POOL, 0, test_accuracy=0.98), trial(study, 1, STRIDE, 0, test_accuracy=0.99, parameters=9)]
    found = contrasts_of(study, pd.DataFrame(rows), pd.DataFrame())
    assert found["test_accuracy"].estimate == pytest.approx(0.01)
    assert found["test_accuracy"].note == "1 pair has no interval"
    assert found["test_accuracy"].verdict is Verdict.UNDECIDED
    assert found["parameters"].verdict is Verdict.BETTER


def test_equal_counts_are_identical(study, trials, history):
    trials["parameters"] = 7
    assert contrasts_of(study, trials, history)["parameters"].verdict is Verdict.IDENTICAL


def test_nothing_finished_makes_no_claim(study, trials, history):
    trials.loc[trials["variant"] != "base", "status"] = "failed"
    assert report(study, trials, history).rows[1].contrasts == ()


def test_a_replicate_trained_twice_counts_once(study, trials, history):
    again = trials[trials["trial"] == 3].assign(trial=9, test_accuracy=0.986)
    found = contrasts_of(study, pd.concat([trials, again]), history)["test_accuracy"]
    assert found.pairs == 3
    assert found.estimate == pytest.approx((0.0 - 0.002 - 0.003) / 3)
