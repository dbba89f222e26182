import numpy as np
import pytest

from harness.insight import FeatureStatistics, Unused, draw_unused


def unused(*batches):
    statistics = FeatureStatistics()
    for batch in batches:
        statistics.add(np.asarray(batch, np.float32))
    return statistics.unused()


def test_by_hand():
    # features: rising, always 0, twice the first and 1, falling, unrelated, always 5
    rows = [[0, 0, 1, 3, 0, 5], [1, 0, 3, 2, 2, 5], [2, 0, 5, 1, 2, 5], [3, 0, 7, 0, 0, 5]]
    found = unused(rows)
    assert found.dead.tolist() == [False, True, False, False, False, True]
    assert found.redundant.tolist() == [False, False, True, False, False, False]  # falling is -1, not above 0.95


def test_of_several_that_say_the_same_one_is_kept():
    rows = np.outer([1.0, 2.0, 4.0], [1, 2, 3])
    assert unused(rows).redundant.tolist() == [False, True, True]


def test_maps_are_looked_at_pixel_by_pixel_and_in_batches():
    random = np.random.default_rng(0)
    maps = random.normal(size=(6, 3, 3, 4)).astype(np.float32)
    maps[..., 2] = 3 * maps[..., 0] + 0.01 * maps[..., 1]
    maps[..., 3] = 0
    whole, parts = unused(maps), unused(maps[:2], maps[2:])
    assert whole.dead.tolist() == parts.dead.tolist() == [False, False, False, True]
    assert whole.redundant.tolist() == parts.redundant.tolist() == [False, False, True, False]


def test_correlations_are_those_of_numpy():
    random = np.random.default_rng(1)
    values = random.normal(1000, 1, size=(500, 3)) @ [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]
    statistics = FeatureStatistics()
    statistics.add(values[:200])
    statistics.add(values[200:])
    assert statistics.correlations() == pytest.approx(np.corrcoef(values.T), abs=1e-9)


def test_a_correlation_just_below_the_limit_is_not_redundant():
    random = np.random.default_rng(2)
    one = random.normal(size=20_000)
    values = np.stack([one, 0.9 * one + np.sqrt(1 - 0.81) * random.normal(size=20_000)], axis=1)
    assert unused(values).redundant.tolist() == [False, False]


def test_the_figure_says_it_by_sign_as_well_as_by_colour():
    unused = {"conv_1": Unused(np.array([True, False, False]), np.array([False, False, True]))}
    (axes,) = draw_unused(unused).axes
    texts = [text.get_text() for text in axes.texts]
    assert "1 dead and 1 redundant of 3" in texts
    assert texts[-3:] == ["×", "", "="]
