import math

import numpy as np
import pytest
from scipy import stats

from harness.stats import log_rank


def test_log_rank_by_hand(times):
    # all of one before all of the other: of C(6, 3) = 20 ways to deal, only this and its mirror image lie so far out
    assert log_rank(times(1, 2, 3), times(4, 5, 6)) == 2 / 20
    assert log_rank(times(4, 5, 6), times(1, 2, 3)) == 2 / 20
    # all reach it against none: with four trials each 2 of 70, with five 2 of 252
    assert log_rank(times(1, 2, 3, 4), times(-9, -9, -9, -9)) == 2 / 70
    assert log_rank(times(*[5] * 5), times(*[-9] * 5)) == 2 / 252


def test_log_rank_without_a_difference_or_an_event(times):
    assert log_rank(times(1, 2), times(1, 2)) == 1
    assert log_rank(times(-9, -9), times(-9, -9, -9)) == 1
    assert math.isnan(log_rank(times(), times(1)))


def test_log_rank_does_not_depend_on_the_unit(times):
    assert log_rank(times(1, 3, -4), times(2, 5, 6)) == log_rank(times(10, 30, -40), times(20, 50, 60))


def test_log_rank_of_many_agrees_with_the_textbook(times):
    rng = np.random.default_rng(3)
    at, others = rng.exponential(1.0, 60), rng.exponential(1.5, 60)
    a, b = times(*np.where(at > 2, -2, at)), times(*np.where(others > 2, -2, others))
    expected = stats.logrank(
        *(stats.CensoredData.right_censored(each.at.to_numpy(), each.missed.to_numpy()) for each in (a, b))
    ).pvalue
    assert log_rank(a, b) == pytest.approx(expected, abs=0.01)
    assert log_rank(a, b) == log_rank(a, b)


def test_log_rank_of_hundreds_goes_on_smoothly(times, monkeypatch):
    rng = np.random.default_rng(5)
    a, b = times(*rng.exponential(1.0, 110)), times(*rng.exponential(1.2, 110))
    smooth = log_rank(a, b)
    monkeypatch.setattr("harness.stats.logrank._NORMAL_FROM", 1000)
    assert smooth == pytest.approx(log_rank(a, b), abs=0.01)
