import math

import numpy as np
import pytest
from scipy import stats

from harness.stats import difference_of_pairs, step_of
from harness.stats.spreads import widening

STEADY = np.array([0.1, -0.2, 0.0, 0.2, -0.1, 0.3, -0.3])
WILD = np.array([3.0, 1.0, -4.0, 2.0, -2.0, 5.0, -5.0])


def test_spreads_that_differ_widen():
    # of sum and difference: correlation 0.9983 of 7 pairs; 0.7545 is chance once in twenty
    assert widening(WILD, STEADY) == widening(STEADY, WILD) == pytest.approx(1 + 1.3 / math.sqrt(7))
    assert widening(WILD, WILD[::-1].copy()) == 1
    assert widening(WILD[:4], STEADY[:4]) == 1  # too few to tell
    assert widening(WILD, WILD) == widening(np.zeros(7), np.zeros(7)) == 1


def test_the_level_is_that_of_pitman_and_morgan():
    random = np.random.default_rng(3)
    for _ in range(50):
        values, base = 1.8 * random.normal(size=9), random.normal(size=9)
        linear, ranked = (test(values + base, values - base).pvalue for test in (stats.pearsonr, stats.spearmanr))
        assert (widening(values, base) > 1) == (linear < 0.05 and ranked < 0.2)


def test_equal_values_in_coarse_steps_are_not_without_spread():
    base, values = np.array([0.9] * 5), np.array([0.9, 0.91, 0.9, 0.9, 0.91])
    assert widening(values, base) > 1
    assert widening(values, base, step=0.01) == 1
    assert widening(WILD, STEADY, step=0.01) > 1


def test_step_of_shares():
    assert step_of([79 / 80, 76 / 80]) == 1 / 80
    assert step_of([0.9855, 0.9861, 0.9875]) == 1 / 10_000
    assert step_of([0.5, 1.0, 0.0]) == 1 / 2
    assert step_of([1.0]) == 1
    assert step_of([0.123456789, 0.987654321]) == 0
    assert step_of([math.pi / 4]) == 0
    assert step_of([359 / 360, 351 / 360, -1 / 360]) == 1 / 360


def lognormal(random, shape):
    """Skewed to the left, with mean 0 and variance 1, as the accuracies of a network that fails now and then."""
    raw = random.lognormal(0, 0.5, shape)
    return (math.exp(0.125) - raw) / math.sqrt((math.exp(0.25) - 1) * math.exp(0.25))


@pytest.mark.parametrize(("n", "most", "before"), [(10, 0.056, 0.063), (20, 0.040, 0.056)])
def test_skewed_noise_three_times_the_base_s_makes_few_false_claims(n, most, before):
    random = np.random.default_rng(n)
    values, base = 3 * lognormal(random, (6000, n)), lognormal(random, (6000, n))
    found = [difference_of_pairs(one, other) for one, other in zip(values, base, strict=True)]
    assert np.mean([one.p_value <= 0.05 for one in found]) <= most
    plain = stats.ttest_rel(values, base, axis=1).pvalue
    assert np.mean(plain <= 0.05) >= before


def test_noise_that_is_alike_keeps_its_power():
    """Half of the variance is that of the pair, as with seeds that both share."""
    for noise in (np.random.Generator.standard_normal, lambda random, size: random.standard_t(3, size)):
        random = np.random.default_rng(4)
        pairs, values, base = (noise(random, size=(6000, 10)) for _ in range(3))
        values, base = values + pairs + 1.5, base + pairs
        found = np.mean([difference_of_pairs(*pair).p_value <= 0.05 for pair in zip(values, base, strict=True)])
        assert found >= 0.95 * np.mean(stats.ttest_rel(values, base, axis=1).pvalue <= 0.05)


def test_one_value_far_out_is_no_spread():
    values, base = STEADY[[3, 1, 4, 0, 6, 2, 5]], STEADY.copy()
    values[0] = 50
    assert stats.pearsonr(values + base, values - base).pvalue < 0.001
    assert widening(values, base) == 1


@pytest.mark.parametrize("delta", [0.1, 0.3, 0.5])
def test_intervals_of_small_test_sets_hold_the_truth(delta):
    """Accuracies of 360 images, almost all of their noise shared: five differences are often all alike."""
    random, step = np.random.default_rng(5), 1 / 360
    shared = random.normal(0, 1, (4000, 5)) + random.random((4000, 1))
    base, values = (np.round(shared + random.normal(0, 0.1, (4000, 5)) + place) * step for place in (0, delta))
    found = [difference_of_pairs(one, other, step=step) for one, other in zip(values, base, strict=True)]
    assert np.mean([one.low <= delta * step <= one.high for one in found]) >= 0.93
