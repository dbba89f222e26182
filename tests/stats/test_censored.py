import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.stats import Times, kaplan_meier_median, log_rank, reached_by, restricted_ratio


def times(*at):
    """Times by replicate; negative ones are censored."""
    return Times(pd.Series([abs(time) for time in at], dtype=float), pd.Series([time < 0 for time in at], dtype=bool))


def test_without_censoring_it_is_the_lower_median():
    assert kaplan_meier_median([3, 1, 2], [False] * 3).estimate == 2
    assert kaplan_meier_median([4, 1, 2, 3], [False] * 4).estimate == 2


def test_censored_trials_count():
    # watched to 10: survival 4/5, 3/5, 2/5 after 1, 2 and 3
    median = kaplan_meier_median([1, 2, 3, 10, 10], [False, False, False, True, True])
    assert median.estimate == 3
    assert median.n == 5


def test_an_early_censored_trial_leaves_the_risk_set():
    # 6 6 6+ 7 9+ 10+: survival 4/6 after 6, then 4/6 * 2/3 = 4/9 after 7
    assert kaplan_meier_median([6, 6, 6, 7, 9, 10], [False, False, True, False, True, True]).estimate == 7


def test_fewer_than_half_gives_an_infinite_median():
    median = kaplan_meier_median([1, 10, 10], [False, True, True])
    assert median.estimate == math.inf
    assert kaplan_meier_median([5, 5], [True, True]).estimate == math.inf


def test_a_trial_that_could_never_reach_it_is_never_dropped():
    early = kaplan_meier_median([5, 6, 1], [False, False, True])
    never = kaplan_meier_median([5, 6, math.inf], [False, False, True])
    assert early.estimate == 5  # one of two at risk
    assert never.estimate == 6  # two of three


def test_interval_by_hand():
    # Survival after 1..10 is 0.9, ..., 0. Upper ends of the log-log Greenwood interval: 0.578 after 7, 0.475 after
    # 8. Lower ends: 0.473 after 1 already. E.g. after 8: ln(-ln 0.2) = 0.4759, its standard error
    # sqrt(1/2 - 1/10) / -ln 0.2 = 0.3930, exp(-exp(0.4759 - 1.96 * 0.3930)) = 0.4747.
    interval = kaplan_meier_median(range(1, 11), [False] * 10)
    assert interval.estimate == 5
    assert interval.low == 1
    assert interval.high == 8


def test_few_trials_bound_nothing_above():
    interval = kaplan_meier_median([1, 2, 3], [False] * 3)
    assert interval.low == 1
    assert interval.high == math.inf
    one = kaplan_meier_median([7], [False])
    assert one.estimate == 7
    assert math.isnan(one.low)
    tie = kaplan_meier_median([5, 5], [False, False])
    assert (tie.estimate, tie.low, tie.high) == (5, 5, math.inf)


def test_no_trials_and_nonsense():
    assert math.isnan(kaplan_meier_median([], []).estimate)
    with pytest.raises(ValueError, match="finite"):
        kaplan_meier_median([math.nan], [False])
    with pytest.raises(ValueError, match="finite"):
        kaplan_meier_median([math.inf], [False])


def test_log_rank_by_hand():
    # all of one before all of the other: of C(6, 3) = 20 ways to deal, only this and its mirror image lie so far out
    assert log_rank(times(1, 2, 3), times(4, 5, 6)) == 2 / 20
    assert log_rank(times(4, 5, 6), times(1, 2, 3)) == 2 / 20
    # all reach it against none: with four trials each 2 of 70, with five 2 of 252
    assert log_rank(times(1, 2, 3, 4), times(-9, -9, -9, -9)) == 2 / 70
    assert log_rank(times(*[5] * 5), times(*[-9] * 5)) == 2 / 252


def test_log_rank_without_a_difference_or_an_event():
    assert log_rank(times(1, 2), times(1, 2)) == 1
    assert log_rank(times(-9, -9), times(-9, -9, -9)) == 1
    assert math.isnan(log_rank(times(), times(1)))


def test_log_rank_does_not_depend_on_the_unit():
    assert log_rank(times(1, 3, -4), times(2, 5, 6)) == log_rank(times(10, 30, -40), times(20, 50, 60))


def test_log_rank_of_many_agrees_with_the_textbook():
    rng = np.random.default_rng(3)
    at, others = rng.exponential(1.0, 60), rng.exponential(1.5, 60)
    a, b = times(*np.where(at > 2, -2, at)), times(*np.where(others > 2, -2, others))
    expected = stats.logrank(
        *(stats.CensoredData.right_censored(each.at.to_numpy(), each.missed.to_numpy()) for each in (a, b))
    ).pvalue
    assert log_rank(a, b) == pytest.approx(expected, abs=0.01)
    assert log_rank(a, b) == log_rank(a, b)


def test_log_rank_of_hundreds_goes_on_smoothly(monkeypatch):
    rng = np.random.default_rng(5)
    a, b = times(*rng.exponential(1.0, 110)), times(*rng.exponential(1.2, 110))
    smooth = log_rank(a, b)
    monkeypatch.setattr("harness.stats.censored._NORMAL_FROM", 1000)
    assert smooth == pytest.approx(log_rank(a, b), abs=0.01)


def test_restricted_ratio_by_hand():
    # watched up to 10: means (2 + 4) / 2 = 3 and (6 + 10) / 2 = 8
    ratio = restricted_ratio(times(2, 4), times(6, -10))
    assert ratio.horizon == 10
    assert ratio.estimate == pytest.approx(3 / 8)
    ratio = restricted_ratio(times(2, -4), times(6, -10))
    assert ratio.horizon == 4  # nothing is known of the variant after 4
    assert ratio.estimate == pytest.approx(3 / 4)
    ratio = restricted_ratio(times(2, -10), times(6, -10))
    assert ratio.horizon == 10
    assert ratio.estimate == pytest.approx(6 / 8)
    # relative differences 2/6 - 6/8 = -5/12 and 10/6 - 10/8 = 5/12: error 5/12, t(0.975, 1) = 12.7062
    assert ratio.standard_error == pytest.approx(5 / 12)
    assert ratio.high == pytest.approx(0.75 * math.exp(12.7062 * 5 / 12), rel=1e-4)
    assert ratio.interval(0.95).low == pytest.approx(ratio.low)


def test_restricted_mean_is_the_area_under_the_survival_curve():
    # of 1, 2+, 3: the curve is 1 up to 1, 2/3 up to 3, then 0; cut at 3 its area is 1 + 2 * 2/3 = 7/3
    ratio = restricted_ratio(times(1, -2, 3), times(3, 3, 3))
    assert ratio.horizon == 3
    assert ratio.estimate == pytest.approx(7 / 9)


def test_a_trial_that_can_never_reach_it_counts_as_the_horizon():
    assert restricted_ratio(times(2, -math.inf), times(4, -8)).horizon == 8
    assert restricted_ratio(times(-math.inf, -math.inf), times(4, -8)).estimate == pytest.approx(8 / 6)
    assert math.isnan(restricted_ratio(times(-math.inf), times(-math.inf)).estimate)


def test_restricted_ratio_pairs_by_replicate():
    base = Times(pd.Series([4.0, 2.0], index=[1, 0]), pd.Series([False, False], index=[1, 0]))
    ratio = restricted_ratio(times(1, 2, 7), base)
    assert ratio.n == 2
    assert ratio.standard_error == 0
    assert math.isnan(restricted_ratio(times(1), Times(pd.Series([1.0], index=[5]), pd.Series([False], index=[5]))).low)


def test_times_must_be_whole():
    with pytest.raises(ValueError, match="finite where the target was reached"):
        times(math.inf)
    with pytest.raises(ValueError, match="one entry for each replicate"):
        Times(pd.Series([1.0]), pd.Series([False], index=[3]))
    assert times(1, -2, 3).of(pd.Index([2, 0])).at.tolist() == [3, 1]


def test_share_that_reached_it():
    at, share = reached_by([1, 2, 3, 4], [False, True, False, True])
    # of four one at 1; of the two left at 3 one: 1 - 3/4 * 1/2
    assert at.tolist() == [0, 1, 3, 4]
    assert share.tolist() == [0, 0.25, 0.625, 0.625]
    assert reached_by([math.inf], [True])[0].tolist() == [0]
    assert reached_by([2.0], [False])[1].tolist() == [0, 1]
