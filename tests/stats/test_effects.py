import itertools

import numpy as np
import pytest

from harness.stats import aliases, interactions, main_effects

POOLS, WIDTHS = 2, 3
CELLS = np.array(list(itertools.product(range(POOLS), range(WIDTHS))))


def differences(effects, value, replicates=3):
    """Return the effect of each replicate by factors and levels, of ``value(pool, width, replicate)``."""
    values = np.array([[value(pool, width, replicate) for pool, width in CELLS] for replicate in range(replicates)])
    found = {}
    for effect in effects:
        above, below = effect.sides(values)
        found[effect.factors, effect.levels] = above - below
    return found


def test_main_effects_average_over_the_other_factor():
    # pool 1 costs 2; width 1 gives 1 and width 2 gives 3; each replicate has a level of its own, which cancels
    def value(pool, width, replicate):
        return -2 * pool + (0, 1, 3)[width] + 10 * replicate

    found = differences(main_effects(CELLS), value)
    assert {key: list(each) for key, each in found.items()} == {
        ((0,), (1,)): pytest.approx([-2, -2, -2]),
        ((1,), (1,)): pytest.approx([1, 1, 1]),
        ((1,), (2,)): pytest.approx([3, 3, 3]),
    }
    assert all(np.allclose(each, 0) for each in differences(interactions(CELLS), value).values())


def test_interaction_is_what_two_levels_do_beyond_their_sum():
    # pool 1 with width 2 gives more; by replicate 3, 4 and 5
    def value(pool, width, replicate):
        return (3 + replicate) * (pool == 1 and width == 2)

    found = differences(interactions(CELLS), value)
    assert set(found) == {((0, 1), (1, 1)), ((0, 1), (1, 2))}
    assert found[(0, 1), (1, 2)] == pytest.approx([3, 4, 5])
    assert found[(0, 1), (1, 1)] == pytest.approx([0, 0, 0])
    # half of it shows in the main effect of the width, a third in that of the pool
    main = {key: each.mean() for key, each in differences(main_effects(CELLS), value).items()}
    assert main == pytest.approx({((0,), (1,)): 4 / 3, ((1,), (1,)): 0, ((1,), (2,)): 2})


def test_both_sides_are_means_of_cells():
    (effect,) = main_effects(np.array([[0], [1]]))
    assert effect.sides(np.array([[1.0, 2.0], [2.0, 5.0]])) == (pytest.approx([2, 5]), pytest.approx([1, 2]))
    assert interactions(np.array([[0], [1]])) == []


def test_of_three_factors_each_two_are_told():
    cells = np.array(list(itertools.product(range(2), repeat=3)))
    assert [effect.factors for effect in interactions(cells)] == [(0, 1), (0, 2), (1, 2)]
    above, below = interactions(cells)[1].sides(np.arange(8.0)[None])  # cells count in binary: they add up
    assert above == pytest.approx(below)
    assert main_effects(cells)[0].above == pytest.approx([0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25])


def test_what_a_fraction_mixes():
    # the half of a 2 x 2 x 2 design in which the third factor is the other two's exclusive or: C = -AB, A = -BC, ...
    half = np.array([[0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 0]])
    assert [[(one.factors, one.share) for one in found] for found in aliases(half)] == [
        [((1, 2), -1.0)],
        [((0, 2), -1.0)],
        [((0, 1), -1.0)],
    ]
    whole = np.array(list(itertools.product(range(2), repeat=3)))
    assert aliases(whole) == [(), (), ()]
    # so the effect that is found for C is C less half of what A and B do together: here 5 - 8 / 2
    y = np.array([5 * c + 8 * (a and b) for a, b, c in half], float)[None]
    above, below = main_effects(half)[2].sides(y)
    assert above - below == pytest.approx(5 - 8 / 2)
