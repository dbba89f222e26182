"""What is simulated has the truth that it is counted by."""

import numpy as np
import pytest

from benchmarks.validity.cells import TABLES, Cell, cells
from benchmarks.validity.noise import ACCURACIES, accuracies, better, draw_samples, restricted_truth, truth


@pytest.mark.parametrize("noise", sorted(ACCURACIES))
def test_all_variants_have_the_same_mean_and_the_base_has_variance_one(noise):
    values = ACCURACIES[noise](np.random.default_rng(1), (2, 400_000))
    if noise == "parts of a cross-validation":  # what the parts share is drawn once
        values = np.concatenate([ACCURACIES[noise](np.random.default_rng(n), (2, 5)) for n in range(20_000)], axis=1)
    assert values[1].mean() == pytest.approx(values[0].mean(), abs=0.02)
    assert values[0].std() == pytest.approx({"some trainings fail": 1.479}.get(noise, 1), abs=0.03)


def test_the_wide_ones_are_three_times_as_wide_and_skewed_to_the_left():
    values = ACCURACIES["three times as wide, skewed"](np.random.default_rng(1), (2, 400_000))
    assert values.std(axis=1) == pytest.approx([1, 3], rel=0.02)
    assert ((values[1] / 3) ** 3).mean() == pytest.approx(-1.75, abs=0.1)  # of a lognormal with a sigma of 0.5


def test_parts_of_a_cross_validation_correlate_by_a_fifth():
    values = np.stack(
        [ACCURACIES["parts of a cross-validation"](np.random.default_rng(n), (1, 2))[0] for n in range(20_000)]
    )
    assert np.corrcoef(values.T)[0, 1] == pytest.approx(0.2, abs=0.02)


def test_accuracies_are_counts_of_images_that_differ_by_the_effect_and_correlate():
    cell = Cell("images", "normal", 3, (100_000,), effect=2.0, alike=1, images=360, shared=0.9)
    values = accuracies(cell, np.random.default_rng(1), (3, 100_000))
    assert values * 360 == pytest.approx(np.round(values * 360))
    assert values.mean(axis=1) - values[0].mean() == pytest.approx([0, 0.003, 0], abs=5e-5)
    assert [truth(cell, place, "difference") for place in (0, 1)] == [0.003, 0]
    assert [better(cell, place) for place in (0, 1)] == [1, 0]


@pytest.mark.parametrize(
    ("noise", "missed"), [("few censored", 0.0443), ("a tenth censored", 0.1), ("half censored", 0.5)]
)
def test_so_many_of_the_base_miss_the_target(noise, missed):
    base, slower = draw_samples(Cell("censored", noise, 2, (50_000,), ratio=1.3), np.random.default_rng(1))
    times = base.times("steps_to_target")
    assert times.missed.mean() == pytest.approx(missed, abs=0.005)
    assert set(times.at[times.missed]) == {1000}
    reached = [one.columns["steps_to_target"] for one in (base, slower)]
    assert np.nanmin(reached[1]) > np.nanmin(reached[0])


def test_what_diverges_misses_at_infinity_and_what_ends_without_it_at_the_budget():
    random = np.random.default_rng(1)
    base, variant = draw_samples(Cell("direction", "6 of 8 diverge", 2, (8,), ratio=1 / 3, log_spread=0.1), random)
    assert not base.times("steps_to_target").missed.any()
    assert np.isinf(variant.times("steps_to_target").at).sum() == 6
    _, ended = draw_samples(Cell("direction", "6 of 8 end without it", 2, (8,), ratio=1 / 3, log_spread=0.1), random)
    assert (ended.times("steps_to_target").at == 1000).sum() == 6


def test_the_ratio_of_restricted_means_is_the_true_one_where_nobody_is_cut_off():
    assert restricted_truth(0.1, 1.0, 0.3) == 1
    assert restricted_truth(0.1, 2.0, 0.3) == pytest.approx(2.0, rel=0.06)  # times are rounded up to an evaluation
    assert restricted_truth(1.0, 1.8, 0.3) < 1.3


def test_every_kind_of_study_is_asked_once_and_has_its_own_seed():
    every = [cell for table in TABLES for cell in cells(table)]
    assert len({cell.name for cell in every}) == len(every) > 200
    assert {cell.table for cell in every} == set(TABLES)
