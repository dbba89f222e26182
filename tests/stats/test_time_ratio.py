import math

import numpy as np
import pandas as pd
import pytest

from harness.floors import smallest_p
from harness.stats import Times, time_ratio, within_margin_p


def ends(ratio, confidence=0.95):
    interval = ratio.interval(confidence)
    return interval.low, interval.high


def test_by_hand(times):
    # scores -3, 3, 5 against -5, -1, 1: as ranks 2, 5, 6; of 20 ways to deal 8 have a rank sum of 13 or more, 8 or less
    ratio = time_ratio(times(4, 7, -9), times(2, 5, 6))
    assert (ratio.n, ratio.paired) == (3, False)
    assert ratio.p_value == 8 / 20
    assert ratio.differences.tolist() == [2, 4, 4]
    # from 1.5 (6 is seen no longer) to 1.8 (5 is seen no longer) as many are ahead as behind
    assert ratio.estimate == pytest.approx(math.sqrt(1.5 * 1.8))
    assert ends(ratio) == (0, math.inf)  # three pairs can decide nothing


def test_interval_by_hand(times):
    ratio = time_ratio(times(10, 12, 14, -16), times(4, 5, 6, 7))
    assert ratio.p_value == 2 / 70
    # level at 2.4: 5 of 12 ratios of those that reached it are above, 7 below, and one censored beside three of four
    assert ratio.estimate == pytest.approx(2.4)
    # 2 of 70 until the first ratio, 10 / 7; there 4 of 70, as 10 / 1.43 and 7 are level
    assert ends(ratio) == (pytest.approx(10 / 7), math.inf)
    # 4 of 70 up to 10 / 6, 6 of 70 there, 8 of 70 beyond
    assert ratio.interval(0.9).low == pytest.approx(10 / 6)
    assert ratio.interval(0.9).low > 10 / 6


def test_sign_flips_where_there_are_enough_pairs(times):
    values, base = times(*[-100] * 10), times(*range(1, 11))
    flips, deals = time_ratio(values, base), time_ratio(values, base, level=0.01)
    assert (flips.paired, flips.p_value) == (True, 2 / 2**10)
    # to be sure of 1 % they would have to reach a quarter of it; of the 184,756 ways to deal only drawn ones are tried
    assert (deals.paired, deals.p_value) == (False, pytest.approx(1 / 2**14))
    # a pair in which both miss does not count: with few that reached it there is nothing to flip
    assert not time_ratio(times(*[-100] * 10), times(1, 2, 3, *[-100] * 7)).paired


def test_never_ahead_and_never_reached(times):
    behind = time_ratio(times(*[-math.inf] * 5), times(*range(1, 6)))
    assert (behind.estimate, behind.p_value) == (math.inf, 2 / 252)
    assert ends(behind) == (math.inf, math.inf)
    ahead = time_ratio(times(*range(1, 6)), times(*[-math.inf] * 5))
    assert (ahead.estimate, ahead.p_value) == (0, 2 / 252)
    assert ends(ahead) == (0, 0)
    # watched until 10: at a tenth of the time there is nothing to see of the base, whose first took 1
    watched = time_ratio(times(*[-10] * 5), times(*range(1, 6)))
    assert watched.estimate == math.inf
    # until 4 is not seen any more, four of the base are before all others: 2 * 6 of 252 ways
    assert ends(watched) == (pytest.approx(10 / 4), math.inf)
    nobody = time_ratio(times(-9, -9), times(-9, -9))
    assert math.isnan(nobody.estimate)
    assert nobody.p_value == 1
    assert math.isnan(nobody.interval(0.95).low)


def test_mirrored(times):
    values, base = times(4, 7, -9, 3, 8, 5), times(2, 5, 6, -9, 1, 3)
    one, other = time_ratio(values, base), time_ratio(base, values)
    assert other.p_value == one.p_value
    assert other.estimate == pytest.approx(1 / one.estimate)
    low, high = ends(one, 0.8)
    assert ends(other, 0.8) == (pytest.approx(1 / high), pytest.approx(1 / low))


def test_does_not_depend_on_the_unit(times):
    steps, base = np.array([3, 4, -9, 5]), np.array([1, 2, 2, 6])
    one, other = (time_ratio(times(*unit * steps), times(*unit * base)) for unit in (1, 7.3))
    assert (one.estimate, one.p_value) == (other.estimate, other.p_value)
    assert one.interval(0.9) == other.interval(0.9)


@pytest.mark.parametrize("pairs", [4, 6, 12])
def test_interval_estimate_sign_and_p_say_the_same(times, pairs):
    rng = np.random.default_rng(pairs)
    decided = 0
    for _ in range(60):
        values, base = np.ceil(10 * rng.lognormal(0.5, 0.5, pairs)), np.ceil(10 * rng.lognormal(0, 0.5, pairs))
        found = time_ratio(times(*np.where(values > 15, -15, values)), times(*np.where(base > 15, -15, base)))
        statistic = found.differences.sum()
        assert statistic == 0 or (found.estimate > 1) == (statistic > 0) != (found.estimate < 1)
        for confidence in (0.8, 0.95, 0.99):
            low, high = ends(found, confidence)
            assert (low > 1 or high < 1) == (found.p_value <= round(1 - confidence, 12))
            assert low <= found.estimate <= high
        decided += found.p_value <= 0.05
    assert 0 < decided < 60


def test_within_a_margin_by_hand(times):
    values, base = times(11, 22, 31, 41), times(10, 20, 30, 40)
    # with 50 added to one of them, all others come before it: half of 2 of 70
    assert within_margin_p(values, base, 50) == 1 / 70
    assert within_margin_p(base, values, 50) == 1 / 70
    # with 2 added to the base nobody is surely before anybody
    assert within_margin_p(values, base, 2) > 0.3
    assert math.isnan(within_margin_p(times(3), times(1), 5))
    assert math.isnan(within_margin_p(times(-9, -9), times(-9, -9), 5))


def test_pairs_by_replicate(times):
    base = Times(pd.Series([30.0, 4.0, 9.0], index=[2, 1, 5]), pd.Series([False, False, True], index=[2, 1, 5]))
    ratio = time_ratio(times(1, 2, 7), base)
    assert (ratio.n, ratio.differences.tolist()) == (2, [-2, -2])  # 2 against 4, 7 against 30
    alone = time_ratio(times(3), times(6))
    assert (alone.n, alone.estimate) == (1, pytest.approx(0.5))
    assert math.isnan(alone.p_value)
    assert math.isnan(alone.interval(0.95).high)


def test_no_p_is_smaller_than_the_floor(times):
    for pairs in (3, 5, 8, 10):
        apart = time_ratio(times(*range(100, 100 + pairs)), times(*range(pairs)))
        assert apart.p_value == pytest.approx(smallest_p(pairs))


def test_parts_of_a_cross_validation_tell_less(times):
    # one held out for two trained on: 9 over the root of 1 + 3 / 2 is 5.7; of the 20 sums 4 are 7 or more
    parts = time_ratio(times(4, 5, 6), times(1, 2, 3), overlap=0.5)
    assert (parts.p_value, parts.estimate) == (4 / 20, pytest.approx(2.5))  # the median of nine ratios
    assert time_ratio(times(4, 5, 6), times(1, 2, 3)).p_value == 2 / 20
