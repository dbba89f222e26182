import math

import pandas as pd
import pytest

from harness.stats import Times, restricted_ratio


def test_restricted_ratio_by_hand(times):
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


def test_restricted_mean_is_the_area_under_the_survival_curve(times):
    # of 1, 2+, 3: the curve is 1 up to 1, 2/3 up to 3, then 0; cut at 3 its area is 1 + 2 * 2/3 = 7/3
    ratio = restricted_ratio(times(1, -2, 3), times(3, 3, 3))
    assert ratio.horizon == 3
    assert ratio.estimate == pytest.approx(7 / 9)


def test_a_trial_that_can_never_reach_it_counts_as_the_horizon(times):
    assert restricted_ratio(times(2, -math.inf), times(4, -8)).horizon == 8
    assert restricted_ratio(times(-math.inf, -math.inf), times(4, -8)).estimate == pytest.approx(8 / 6)
    assert math.isnan(restricted_ratio(times(-math.inf), times(-math.inf)).estimate)


def test_restricted_ratio_pairs_by_replicate(times):
    base = Times(pd.Series([4.0, 2.0], index=[1, 0]), pd.Series([False, False], index=[1, 0]))
    ratio = restricted_ratio(times(1, 2, 7), base)
    assert ratio.n == 2
    assert ratio.standard_error == 0
    assert math.isnan(restricted_ratio(times(1), Times(pd.Series([1.0], index=[5]), pd.Series([False], index=[5]))).low)
