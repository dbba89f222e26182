import math

import numpy as np
import pytest

from harness.stats import (
    bounded,
    geometric,
    mean_interval,
    prediction_interval,
    share_interval,
    spread_interval,
)


def test_mean_interval_by_hand():
    # 1, 2, 3: mean 2, standard deviation 1, t(0.975, 2) = 4.30265, half width 4.30265 / sqrt(3) = 2.48414
    interval = mean_interval([1, 2, 3])
    assert interval.estimate == 2
    assert interval.low == pytest.approx(2 - 2.48414, abs=1e-5)
    assert interval.high == pytest.approx(2 + 2.48414, abs=1e-5)
    assert interval.n == 3


def test_a_lower_confidence_is_narrower():
    # t(0.95, 2) = 2.91999
    assert mean_interval([1, 2, 3], confidence=0.9).high == pytest.approx(2 + 2.91999 / math.sqrt(3), abs=1e-5)


def test_one_value_has_no_ends_and_none_has_nothing():
    one = mean_interval([0.5])
    assert (one.estimate, one.n) == (0.5, 1)
    assert math.isnan(one.low)
    assert math.isnan(one.high)
    none = mean_interval([])
    assert none.n == 0
    assert math.isnan(none.estimate)


def test_missing_values_are_not_counted():
    assert mean_interval([1, math.nan, 3]).n == 2


def test_equal_values_have_no_width_whatever_the_rounding():
    interval = mean_interval([0.1 + 0.2, 0.3, 0.3])
    assert interval.low == interval.high == interval.estimate


def test_an_infinite_value_has_no_interval():
    interval = mean_interval([1, math.inf])
    assert interval.estimate == math.inf
    assert math.isnan(interval.low)


class TestSpread:
    def test_by_hand(self):
        # values 1, 2, 3, 4, 5: sum of squares 10, n - 1 = 4; chi-square of 4 degrees: 0.4844 and 11.1433
        found = spread_interval([1, 2, 3, 4, 5])
        assert found.estimate == pytest.approx(math.sqrt(2.5))
        assert found.low == pytest.approx(math.sqrt(10 / 11.14329), rel=1e-5)
        assert found.high == pytest.approx(math.sqrt(10 / 0.4844186), rel=1e-5)
        assert found.n == 5

    def test_equal_values_have_no_spread_and_no_ends(self):
        found = spread_interval([0.1, 0.1, 0.1])
        assert (found.estimate, found.n) == (0.0, 3)
        assert math.isnan(found.low)

    def test_one_value_has_none(self):
        assert math.isnan(spread_interval([1.0]).estimate)


def test_wilson_by_hand():
    # 8 of 10: centre (0.8 + 1.92073 / 10) / (1 + 3.84146 / 10) = 0.71674, half width 0.22657
    share = share_interval(8, 10)
    assert share.estimate == 0.8
    assert share.low == pytest.approx(0.49016, abs=1e-4)
    assert share.high == pytest.approx(0.94331, abs=1e-4)


def test_wilson_has_a_width_at_the_ends():
    assert share_interval(5, 5).low == pytest.approx(5 / (5 + 3.84146), abs=1e-4)
    assert share_interval(5, 5).high == 1
    assert share_interval(0, 5).high == pytest.approx(3.84146 / (5 + 3.84146), abs=1e-4)
    assert math.isnan(share_interval(0, 0).estimate)
    with pytest.raises(ValueError, match="from 0 to 3, got 4"):
        share_interval(4, 3)


def test_a_further_measurement_falls_into_a_wider_interval():
    # 1, 2, 3: mean 2, deviation 1; t(0.975, 2) = 4.30265 times sqrt(1 + 1/3)
    found = prediction_interval([1.0, 2.0, math.nan, 3.0])
    assert (found.estimate, found.n) == (2.0, 3)
    assert found.low == pytest.approx(2 - 4.30265 * math.sqrt(4 / 3), abs=1e-4)
    assert found.high == pytest.approx(2 + 4.30265 * math.sqrt(4 / 3), abs=1e-4)
    assert prediction_interval([1.0, 2.0, 3.0], 0.5).high == pytest.approx(2 + 0.81650 * math.sqrt(4 / 3), abs=1e-4)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0], [1.0, math.inf]])
def test_what_does_not_vary_predicts_nothing(values):
    found = prediction_interval(values)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.n == len(values)


def test_a_further_measurement_falls_into_it_95_times_in_100():
    numbers = np.random.default_rng(0).normal(size=(2000, 6))
    found = [prediction_interval(row[:5]) for row in numbers]
    inside = np.mean([one.low <= row[5] <= one.high for one, row in zip(found, numbers, strict=True)])
    assert inside == pytest.approx(0.95, abs=0.015)


def test_ends_stay_inside_the_bounds_that_values_keep():
    # 0.9 and 0.95: mean 0.925, standard error 0.025, t(0.975, 1) = 12.7062: the plain interval is 0.607 to 1.243
    plain = mean_interval([0.9, 0.95])
    assert plain.high == pytest.approx(1.2427, abs=1e-4)
    found = bounded(plain, 0.0, 1.0)
    assert (found.estimate, found.low, found.high, found.n) == (plain.estimate, plain.low, 1.0, 2)
    counts = bounded(mean_interval([0, 1, 0]), 0.0, math.inf)  # 1/3 plus and minus 1.43422
    assert (counts.low, counts.high) == (0.0, pytest.approx(1 / 3 + 1.43422, abs=1e-5))
    assert bounded(plain, -math.inf, math.inf) == plain


def test_what_has_no_ends_is_left_as_it_is():
    for values in ([0.5], []):
        found = mean_interval(values)
        assert str(bounded(found, 0.0, 1.0)) == str(found)


def test_the_interval_of_a_geometric_mean_is_that_of_the_logarithms():
    found = geometric(mean_interval(np.log([4.0, 16.0])))
    reach = math.exp(12.7062047 * math.log(2))
    assert found.estimate == pytest.approx(8.0)
    assert (found.low, found.high) == (pytest.approx(8 / reach), pytest.approx(8 * reach))
