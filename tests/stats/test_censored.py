import math

import pandas as pd
import pytest

from harness.stats import Times, kaplan_meier_median, reached_by


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


def test_times_must_be_whole(times):
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
