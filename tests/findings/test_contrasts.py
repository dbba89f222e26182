import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.findings.contrasts import best_first
from harness.judging import Contrast
from harness.reports import report
from harness.stats import Verdict
from tests.findings.conftest import POOL, STRIDE, make_study, trial


def contrasts_of(study, trials, history):
    return {contrast.metric: contrast for contrast in report(study, trials, history).rows[1].contrasts}


def test_by_hand(study, trials, history):
    found = contrasts_of(study, trials, history)
    accuracy = found["test_accuracy"]
    # -0.1, -0.2, -0.3 points: -0.2 +- t(1 - 0.0225, 2) * 0.1 / sqrt 3, of the nine tenths that one look spends
    assert accuracy.kind == "difference"
    assert accuracy.estimate == pytest.approx(-0.002)
    assert accuracy.low == pytest.approx(-0.002 - 0.00262892, abs=1e-7)
    assert accuracy.pairs == 3
    assert accuracy.p == pytest.approx(0.0741799 / 0.9, abs=1e-6)  # t = 2 sqrt(3) with 2 degrees of freedom
    assert accuracy.p_holm == pytest.approx(2 * 0.0741799 / 0.9, abs=1e-6)  # of two: equal seconds have 2 / 2^3
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
    assert found.p == pytest.approx(2 / 252 / 0.9)
    # up to 1000 / 504 the base is seen before all others: 2 of 252 ways to deal, 4.4 % with the nine tenths of one look
    assert (found.estimate, found.low, found.high) == (math.inf, pytest.approx(1000 / 504), math.inf)
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
    assert accuracy.p == 1  # the first look has a thousandth of 95 % of the error
    quantile = stats.t.ppf(1 - 0.05 * 0.95 / 1000 / 2, 2)
    assert accuracy.low == pytest.approx(-0.002 - quantile * 0.001 / math.sqrt(3), abs=1e-7)


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


def test_of_ratios_without_a_lower_bound_the_smaller_upper_bound_comes_first(study, trials, history):
    rows = report(study, trials, history).rows[:1] * 3
    ends = (0.5, 0.33, 0.4)
    found = [
        replace(row, contrasts=(Contrast("steps_to_target", "time_ratio", 0.0, 0.0, high, verdict=Verdict.BETTER),))
        for row, high in zip(rows, ends, strict=True)
    ]
    assert best_first(found, "steps_to_target") == [1, 2, 0]
