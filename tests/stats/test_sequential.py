import math

import numpy as np
import pytest
from scipy import special, stats

from harness.stats import (
    LEVEL,
    Looks,
    chance_to_agree,
    chance_to_differ,
    continued,
    nominal_level,
    once,
    overall_p,
    planned,
    shrinkage,
)

EVENLY = Looks((2, 3, 4, 5, 6), (0.2,) * 5)
"""Degrees of freedom 1 to 5: looks at equal times."""


def t_paths(plan, studies, effect=0.0, seed=1):
    """Return two-sided p-values and means at each look, (looks, studies) each."""
    values = np.random.default_rng(seed).normal(effect, size=(studies, plan.sizes[-1]))
    means = np.array([values[:, :n].mean(1) for n in plan.sizes])
    errors = np.array([values[:, :n].std(1, ddof=1) / math.sqrt(n) for n in plan.sizes])
    freedom = np.array(plan.sizes)[:, None] - 1
    return 2 * special.stdtr(freedom, -np.abs(means / errors)), means


def test_boundaries_of_pocock_and_of_obrien_and_fleming():
    # Jennison & Turnbull 2000, tables 2.1 and 2.3: five looks, constants 2.413 and 2.040
    def spent(bounds):
        """Return what each look spends, of 5 %, with these boundaries for the normal score."""
        walk = np.random.default_rng(2).normal(size=(400_000, 5)).cumsum(1) / np.sqrt(np.arange(1, 6))
        first = (np.abs(walk) > bounds).argmax(1)
        crossed = (np.abs(walk) > bounds).any(1)
        return tuple(float(share) for share in np.bincount(first[crossed], minlength=5) / 400_000 / 0.05 / 1.05)

    for bounds in (np.full(5, 2.413), 2.040 * np.sqrt(5 / np.arange(1, 6))):
        plan = Looks(EVENLY.sizes, spent(bounds))
        scores = [-special.ndtri(nominal_level(0.05 * 1.05, plan, look) / 2) for look in range(5)]
        assert scores[1:] == pytest.approx(bounds[1:], abs=0.03)


def test_one_look_is_the_test_itself():
    assert overall_p(0.0123, once(5), 0) == pytest.approx(0.0123, rel=1e-12)
    assert overall_p(0.0123, planned(5, 5), 0) == pytest.approx(0.0123 / 0.9, rel=1e-12)
    assert nominal_level(0.05, planned(5, 5), 0) == pytest.approx(0.045, rel=1e-12)
    assert overall_p(1e-30, once(5), 0) == pytest.approx(1e-30, rel=1e-9)
    assert overall_p(0.9995, planned(5, 5), 0) == 1
    assert math.isnan(overall_p(math.nan, once(5), 0))


def test_a_look_spends_what_was_kept_for_it():
    plan = continued(planned(5, 5), 10, 10, seen=5)
    assert nominal_level(0.05, plan, 0) == pytest.approx(0.045)
    # 0.2 % at the second look alone would be a nominal 0.2 %; what the first has claimed already is not spent again
    assert 0.002 < nominal_level(0.05, plan, 1) < 0.0055


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("level", [0.05, 0.01, 0.3])
def test_p_and_level_are_two_sides_of_one_boundary(sides, level):
    plan = planned(3, 30)
    for look in range(len(plan.sizes)):
        bound = nominal_level(level, plan, look, sides)
        assert overall_p(bound, plan, look, sides) == pytest.approx(level, rel=1e-9)
        assert overall_p(bound * 1.01, plan, look, sides) > level > overall_p(bound * 0.99, plan, look, sides)


@pytest.mark.parametrize(
    "plan",
    [
        planned(3, 30),
        planned(2, 12),
        continued(planned(5, 5), 10, 10, 5),
        continued(continued(planned(5, 5), 10, 10, 5), 20, 20, 10),
        Looks((3, 5, 10, 20, 30), (0.9, 0.04, 0.02, 0.01, 0.005)),
    ],
    ids=lambda plan: "-".join(map(str, plan.sizes)),
)
def test_looks_at_t_tests_err_together_as_often_as_one(plan):
    ps, _ = t_paths(plan, 200_000)
    for level in (0.05, 0.05 / 3):
        bounds = [nominal_level(level, plan, look) for look in range(len(plan.sizes))]
        claimed = (ps <= np.array(bounds)[:, None]).any(0).mean()
        assert 0.9 * level < claimed < 1.02 * level + 2 * math.sqrt(level / 200_000)


def test_the_chance_at_the_last_look():
    plan = planned(3, 30)
    bound = -special.ndtri(nominal_level(LEVEL, plan, 8) / 2)
    p = 2 * stats.norm.sf(1.0)
    share = 11 / 29  # degrees of freedom of 12 pairs, of 30
    expected = stats.norm.cdf((1.0 / math.sqrt(share) - bound) / math.sqrt(1 / share - 1))
    assert chance_to_differ(p, plan, 4, LEVEL) == pytest.approx(expected)
    assert chance_to_differ(0.001, plan, 8, LEVEL) == 1
    assert chance_to_differ(0.5, plan, 8, LEVEL) == 0
    assert math.isnan(chance_to_differ(math.nan, plan, 4, LEVEL))


def test_the_chance_to_be_within_a_margin():
    plan = planned(3, 30)
    bound = -special.ndtri(nominal_level(LEVEL, plan, 8, sides=1))
    room, spread = 1.0 - bound * 2.0 / math.sqrt(30), 2.0 * math.sqrt(1 / 12 - 1 / 30)
    expected = stats.norm.cdf((room - 0.1) / spread) - stats.norm.cdf((-room - 0.1) / spread)
    assert chance_to_agree(0.1, 2.0, 1.0, plan, 4, LEVEL) == pytest.approx(expected)
    assert chance_to_agree(0.0, 2.0, 0.5, plan, 4, LEVEL) == 0  # the last interval will be wider than the margin
    assert chance_to_agree(0.1, 0.0, 1.0, plan, 4, LEVEL) == 1
    assert chance_to_agree(0.1, 2.0, 1.0, plan, 8, LEVEL) == 1


def test_one_look_shrinks_nothing():
    assert shrinkage([0.001], [True], once(5), LEVEL) == 1
    # one that crossed at the first look and went on was not stopped by it
    plan = Looks((5, 10), (0.5, 0.5))
    assert shrinkage([0.001, 0.3], [True, True], plan, LEVEL) == 1


@pytest.mark.parametrize("effect", [0.5, 1.0, 1.5])
def test_the_median_of_what_stopped_early_is_the_truth(effect):
    plan, studies = planned(3, 30), 1500
    ps, means = t_paths(plan, studies, effect, seed=3)
    bounds = np.array([nominal_level(LEVEL, plan, look) for look in range(len(plan.sizes))])
    crossed = ps <= bounds[:, None]
    ended = np.where(crossed.any(0), crossed.argmax(0), len(plan.sizes) - 1)
    plain, unbiased = [], []
    for study, look in enumerate(ended):
        seen = slice(0, look + 1)
        by = shrinkage(ps[seen, study].tolist(), (means[seen, study] > 0).tolist(), plan, LEVEL)
        assert 0 <= by <= 1.05
        plain.append(means[look, study])
        unbiased.append(by * means[look, study])
    assert np.median(unbiased) == pytest.approx(effect, rel=0.03)
    assert abs(np.mean(unbiased) - effect) < abs(np.mean(plain) - effect)
