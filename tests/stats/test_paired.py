import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.stats import difference_of_pairs, pair_up, paired_difference, ratio_of_pairs, sign_flip


def test_difference_by_hand():
    # differences 1, 2, 3 after pairing by replicate, whatever the order of the rows
    values = pd.Series([14.0, 11.0, 12.0], index=[2, 0, 1])
    base = pd.Series([10.0, 10.0, 11.0], index=[0, 1, 2])
    difference = paired_difference(values, base)
    assert difference.estimate == 2
    assert difference.n == 3
    assert difference.standard_error == pytest.approx(1 / math.sqrt(3))
    assert difference.low == pytest.approx(2 - 2.48414, abs=1e-5)
    assert difference.high == pytest.approx(2 + 2.48414, abs=1e-5)
    assert sign_flip(*pair_up(values, base)) == 2 / 8  # of eight sign patterns only +++ and --- reach a sum of 6
    assert difference.p_value == pytest.approx(0.0741799, abs=1e-6)  # t = 2 sqrt(3) with 2 degrees of freedom
    assert difference.won == 3
    assert difference.effect_size == pytest.approx(2 * (1 - 3 / 7))  # mean over deviation, times Hedges' correction
    assert difference.interval(0.95).low == pytest.approx(difference.low)


def test_p_counts_patterns_that_reach_the_observed_sum():
    # differences 3, 2, -1: sum 4. Sums of the eight patterns: +-6, +-4, +-2, 0, 0: four reach 4 in size
    base = pd.Series([0.0, 0.0, 0.0])
    assert sign_flip(*pair_up(pd.Series([3.0, 2.0, -1.0]), base)) == 4 / 8


def test_only_replicates_that_both_have_are_paired():
    values = pd.Series([1.0, 2.0, math.nan], index=[0, 1, 2])
    base = pd.Series([0.0, 0.0, 0.0, 0.0], index=[1, 2, 3, 4])
    difference = paired_difference(values, base)
    assert difference.n == 1
    assert difference.estimate == 2
    assert math.isnan(difference.low)
    assert math.isnan(difference.p_value)


def test_no_pairs():
    difference = paired_difference(pd.Series([1.0], index=[0]), pd.Series([1.0], index=[1]))
    assert difference.n == 0
    assert math.isnan(difference.estimate)
    assert paired_difference(pd.Series(dtype=float), pd.Series(dtype=float)).n == 0


def test_equal_differences_have_no_standard_error_whatever_the_rounding():
    values, base = pd.Series([0.9801, 0.9805]), pd.Series([0.9791, 0.9795])
    difference = paired_difference(values, base)
    assert difference.standard_error == 0
    assert sign_flip(*pair_up(values, base)) == 2 / 4
    assert difference.p_value == 2 / 4
    assert math.isnan(difference.effect_size)
    assert paired_difference(pd.Series([1.0] * 6), pd.Series([1.0] * 6)).p_value == 1


def test_equivalence_by_two_one_sided_tests():
    close = paired_difference(pd.Series([-1.0, 0.0, 1.0]), pd.Series([0.0] * 3))  # t(0.95, 2) = 2.91999
    assert close.equivalence_p(2.91999 / math.sqrt(3)) == pytest.approx(0.05, abs=1e-5)
    away = paired_difference(pd.Series([1.0, 2.0, 3.0]), pd.Series([0.0] * 3))
    assert away.equivalence_p(2.0) == 0.5
    assert away.equivalence_p(1.0) == pytest.approx(0.8873, abs=1e-4)
    same = paired_difference(pd.Series([1.0] * 5), pd.Series([0.5] * 5))
    assert same.equivalence_p(1.0) == 1 / 32
    assert same.equivalence_p(0.5) == 1
    assert math.isnan(paired_difference(pd.Series([1.0]), pd.Series([1.0])).equivalence_p(1.0))
    with pytest.raises(ValueError, match="margin must be above 0, got 0"):
        close.equivalence_p(0)


def test_ties_are_won_half():
    assert paired_difference(pd.Series([1.0, 0.0, -1.0, 2.0]), pd.Series([0.0] * 4)).won == 2.5


def test_a_replicate_must_occur_once():
    with pytest.raises(ValueError, match="once"):
        paired_difference(pd.Series([1.0, 2.0], index=[0, 0]), pd.Series([1.0]))


def test_many_pairs_are_sampled_from_a_fixed_seed():
    rng = np.random.default_rng(1)
    values, base = pd.Series(rng.normal(0.5, 1, 20)), pd.Series(np.zeros(20))
    p = sign_flip(*pair_up(values, base))
    assert p == sign_flip(*pair_up(values, base))
    assert p == pytest.approx(stats.ttest_rel(values, base).pvalue, abs=0.02)
    assert sign_flip(*pair_up(values + 100, base)) == 1 / 2**14


def test_sampling_agrees_with_trying_all(monkeypatch):
    rng = np.random.default_rng(2)
    values, base = pd.Series(rng.normal(0.3, 1, 12)), pd.Series(np.zeros(12))
    exact = sign_flip(*pair_up(values, base))
    monkeypatch.setattr("harness.stats.permutation._EXACT_UP_TO", 2**11)
    assert sign_flip(*pair_up(values, base)) == pytest.approx(exact, abs=0.015)


def test_ratio_is_the_geometric_mean():
    ratio = ratio_of_pairs(np.array([1.0, 4.0]), np.array([2.0, 2.0]))  # 1/2 and 2
    assert ratio.estimate == pytest.approx(1)
    # logs -ln 2 and ln 2: standard error ln 2, t(0.975, 1) = 12.7062
    assert ratio.high == pytest.approx(math.exp(12.7062 * math.log(2)), rel=1e-4)
    assert ratio.low == pytest.approx(1 / ratio.high)
    assert ratio.log.p_value == 1
    assert ratio.interval(0.95).high == pytest.approx(ratio.high)
    assert ratio.n == 2


def test_ratio_of_constant_factor():
    ratio = ratio_of_pairs(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert ratio.estimate == pytest.approx(0.5)
    assert ratio.log.standard_error == 0
    assert ratio.log.p_value == 0.25  # so that no interval of more than 75 % leaves out 1
    assert math.isnan(ratio.low)
    assert math.isnan(ratio.interval(0.76).high)
    assert ratio.interval(0.75).high == pytest.approx(0.5)


def test_ratio_needs_positive_values():
    with pytest.raises(ValueError, match="above 0, got 0"):
        ratio_of_pairs(np.array([1.0, 0.0]), np.array([1.0, 1.0]))


def test_equal_differences_of_a_cross_validation_are_no_independent_signs():
    """Ten parts share training images: eight or more signs of ten alike count as far as all ten."""
    values, base = np.full(10, 0.75), np.full(10, 0.5)
    found = difference_of_pairs(values, base, overlap=1 / 9)
    # the sum of signs, 10, over sqrt(1 + 10/9) is 6.88: |sum| of 8 or 10 in 10 coins has 2 (1 + 10) / 1024
    assert found.p_value == pytest.approx(22 / 1024)
    assert found.equivalence_p(0.5) == pytest.approx(11 / 1024)
    assert found.not_below_p(0.0) == pytest.approx(11 / 1024)
    assert math.isnan(found.interval(0.98).low)  # 2 % is less than 22 / 1024
    assert found.interval(0.97).low == pytest.approx(0.25)
    assert difference_of_pairs(values, base).p_value == 2 / 1024
    assert sign_flip(values, base, overlap=1 / 9) == pytest.approx(22 / 1024)


def test_not_below():
    up = paired_difference(pd.Series([1.0, 2.0, 3.0]), pd.Series([0.0] * 3))
    assert up.not_below_p(0.0) == pytest.approx(0.0370900, abs=1e-6)  # half of the two-sided p
    assert up.not_below_p(2.0) == 0.5
    assert up.not_below_p(3.0) == pytest.approx(1 - up.not_below_p(1.0))
    same = paired_difference(pd.Series([1.0] * 4), pd.Series([0.0] * 4))
    assert (same.not_below_p(0.5), same.not_below_p(1.0)) == (1 / 16, 1)
    assert math.isnan(paired_difference(pd.Series([1.0]), pd.Series([1.0])).not_below_p(0))


def test_ends_beyond_the_largest_double_are_infinite():
    found = ratio_of_pairs(np.array([1.0, 1e12]), np.array([1e12, 1.0]))
    assert found.estimate == pytest.approx(1.0)
    # log ratios of 12 log 10 = 27.631 up and down, which is their standard error too; t(0.975, 1) is 12.7062
    assert math.log(found.interval(0.95).high) == pytest.approx(27.631 * 12.7062, rel=1e-4)
    assert found.interval(0.999).high == math.inf  # t is 636.6
    assert found.interval(0.999).low == 0.0


def test_where_spreads_differ_the_error_is_widened():
    values, base = np.array([1.0, 4.0, 2.0, 7.0, 6.0]), np.array([0.0, 0.2, 0.1, 0.2, 0.0])
    found = difference_of_pairs(values, base)
    assert found.widened == pytest.approx(1 + 1.3 / math.sqrt(5))
    plain = stats.ttest_rel(values, base)
    assert found.standard_error == pytest.approx(found.widened * found.deviation / math.sqrt(5))
    assert found.p_value == pytest.approx(2 * stats.t.sf(plain.statistic / found.widened, 4))
    assert found.p_value > plain.pvalue
    low, high = plain.confidence_interval(0.95)
    assert (found.high - found.low) == pytest.approx(found.widened * (high - low))
    assert found.spreads == pytest.approx(np.std(values) / np.std(base))
    alike = difference_of_pairs(values, base + np.array([1.0, 7.0, 4.0, 2.0, 6.0]))
    assert alike.widened == 1
    assert difference_of_pairs(values, np.zeros(5)).spreads == math.inf
    assert math.isnan(difference_of_pairs(np.ones(5), np.zeros(5)).spreads)


def test_values_in_steps_are_known_no_better_than_the_steps():
    values, base = np.array([0.96, 0.95, 0.97, 0.95, 0.94]), np.array([0.95, 0.94, 0.96, 0.94, 0.93])
    found = difference_of_pairs(values, base, step=0.01)
    assert found.deviation == 0
    assert found.standard_error == pytest.approx(0.005 / math.sqrt(5))
    assert found.high == pytest.approx(0.01 + 2.776445 * 0.005 / math.sqrt(5))
    assert found.p_value == pytest.approx(2 * stats.t.sf(2 * math.sqrt(5), 4))
    level = difference_of_pairs(base, base, step=0.01)
    assert (level.p_value, level.estimate) == (1, 0)
    assert level.equivalence_p(0.01) == pytest.approx(stats.t.sf(2 * math.sqrt(5), 4))
    far = np.array([0.9, 0.8, 0.7, 0.9, 0.8])
    plain = difference_of_pairs(values, far)
    assert difference_of_pairs(values, far, step=0.01).p_value == plain.p_value  # steps are small there


pairs = st.integers(2, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(-40, 40), min_size=n, max_size=n) for _ in range(2)])
)


@given(pairs, st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.1]), st.floats(0.001, 0.4), st.integers(1, 30))
def test_interval_and_p_values_say_the_same(given_pairs, step, overlap, level, margin):
    """A p-value is at most the level if and only if the interval at that level leaves out the value asked about."""
    values, base = (np.array(each, dtype=float) for each in given_pairs)
    found = difference_of_pairs(values, base, overlap, step)
    two, one = found.interval(1 - level), found.interval(1 - 2 * level)
    near = 1e-9 * (1 + level)
    if abs(found.p_value - level) > near:
        assert (found.p_value <= level) == (two.low > 0 or two.high < 0)
    if abs(found.equivalence_p(margin) - level) > near:
        assert (found.equivalence_p(margin) <= level) == (-margin < one.low and one.high < margin)
    if abs(found.not_below_p(-margin) - level) > near:
        assert (found.not_below_p(-margin) <= level) == (one.low > -margin)
