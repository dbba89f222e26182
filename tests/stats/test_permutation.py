import math

import numpy as np
import pytest

from harness.stats.permutation import dealt, flipped


def test_flips_by_hand():
    # of the 8 sums +-1 +-2 +-3 two are as far out as 6, and four as far out as 4
    assert flipped(np.array([1.0, 2.0, 3.0])) == 2 / 8
    assert flipped(np.array([-1.0, 2.0, 3.0])) == 4 / 8
    assert flipped(np.zeros(4)) == 1
    assert math.isnan(flipped(np.array([])))


def test_deals_by_hand():
    # of the 6 ways to give two of -3, -1, 1, 3 to one group, two add up to -4 or 4, four to at least 2 or -2
    assert dealt(np.array([-3.0, -1.0]), np.array([1.0, 3.0])) == 2 / 6
    assert dealt(np.array([-3.0, 1.0]), np.array([-1.0, 3.0])) == 4 / 6
    assert math.isnan(dealt(np.array([]), np.array([1.0])))


def test_of_many_some_are_drawn_always_the_same():
    rng = np.random.default_rng(1)
    few, many = rng.normal(0.5, 1, 14), rng.normal(0.5, 1, 40)
    signs = 1 - 2 * ((np.arange(2**14)[:, None] >> np.arange(14)) & 1)
    exact = np.mean(np.abs(signs @ few) >= abs(few.sum()) - 1e-9)
    assert flipped(few) == exact
    assert flipped(many) == flipped(many)
    # beside the normal approximation
    assert flipped(many) == pytest.approx(math.erfc(abs(many.sum()) / math.sqrt(2 * np.sum(many**2))), abs=0.01)
    assert 0 < flipped(np.full(40, 1.0)) == 1 / 2**14


def test_what_is_not_independent_is_shrunk():
    # 6 over 1.5 is 4: four of the 8 sums are as far out
    assert flipped(np.array([1.0, 2.0, 3.0]), shrunk=1.5) == 4 / 8
    assert dealt(np.array([-3.0, -1.0]), np.array([1.0, 3.0]), shrunk=2.0) == 4 / 6
