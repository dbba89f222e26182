"""The kept trainings, and studies in which nothing differs that are resampled from them."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.validity import Cell, simulate
from benchmarks.validity.real import FAILED, POOL, draw_samples, read_pool


def test_the_kept_trainings_are_two_thousand_of_one_variant_that_differ_in_their_seeds():
    frame = pd.read_parquet(POOL)
    assert POOL.stat().st_size < 300_000
    assert set(frame["variant"]) == {"base", "dropout=fixed", "learning_rate=0.04"}
    base = frame[frame["variant"] == "base"]
    assert len(base) >= 2_000
    assert not frame.duplicated(["seed", "replicate", "variant"]).any()
    assert base["test_loss"].nunique() == len(base)
    assert frame["test_accuracy"].between(0, 1).all()
    assert frame["test_accuracy"].to_numpy() * 1000 == pytest.approx(np.round(frame["test_accuracy"] * 1000))
    assert set(frame["steps_to_target"].dropna()) <= set(range(10, 90, 10))
    assert frame.attrs["study"].startswith("question = ")
    assert frame.attrs["made"]["keras"] == ["3.15.1"]


def test_nothing_differs_on_average_in_what_studies_are_drawn_from():
    pool = read_pool()
    mean = pool["real"].mean()
    assert pool["high, centred"].mean() == pytest.approx(mean)
    assert pool["real, paired"].mean(axis=0) == pytest.approx([mean, mean])
    assert pool["high, centred"].std() > 1.2 * pool["real"].std()
    assert pool["real"].min() > FAILED
    assert 0.1 < (pool["real, high learning rate"] < FAILED).mean() < 0.5
    assert 0.1 < np.isinf(pool["real steps, some missed"]).mean() < 0.4
    assert 0.3 < np.corrcoef(pool["real, paired"].T)[0, 1] < 0.8  # pairs share split, weights and order


def test_a_study_holds_no_training_twice():
    cell = Cell("real", "real steps, some missed", 9, (30,), images=1_000)
    samples = draw_samples(cell, np.random.default_rng(1))
    assert [sample.finished for sample in samples] == [30] * 9
    assert all(sample.columns["steps"].max() <= 1000 for sample in samples)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(5,), (10,)])
@pytest.mark.parametrize(
    "noise", ["real", "real, paired", "real, high rate against base, centred", "real steps, some missed"]
)
def test_studies_in_which_nothing_differs_seldom_claim_that_something_does(noise, sizes):
    counts = simulate(Cell("real", noise, 2, sizes, images=1_000), range(300))
    assert counts.studies == counts.comparisons == 300
    assert counts.wrong <= 26  # of 300 at 5 %: more would happen once in two hundred times
