import math

import numpy as np
import pytest

from harness.stats import (
    Interval,
    accuracy_on_new_images,
    coin_spread,
    difference_on_new_images,
    image_variance,
    mean_interval,
)

SCORES = np.array([[1, 0, 0], [1, 1, 0]])


def test_the_variance_of_images_by_hand():
    # means 1/3 and 2/3; the covariance over images is (2/9 - 1/9 + 2/9) / 2 = 1/6, a third of it that of the mean
    assert image_variance(SCORES) == pytest.approx(1 / 18)
    # images that do the same to both replicates: the variance of one of them, 1/3, over three images
    assert image_variance(np.array([[1, 0, 0], [1, 0, 0]])) == pytest.approx(1 / 9)
    # what helps one replicate and hurts the other is no image's doing: a covariance of -1/3 counts as none
    assert image_variance(np.array([[1, 0, 0], [0, 1, 1]])) == 0


def test_the_variance_is_the_component_of_the_columns_in_the_analysis_of_variance():
    scores = np.random.default_rng(5).integers(-1, 2, (4, 50)) + np.random.default_rng(6).integers(0, 2, 50)
    scores = np.clip(scores, -1, 1)
    n, m = scores.shape
    rows, columns, mean = scores.mean(axis=1), scores.mean(axis=0), scores.mean()
    of_columns = n * np.square(columns - mean).sum() / (m - 1)
    left = np.square(scores - rows[:, None] - columns + mean).sum() / ((n - 1) * (m - 1))
    assert image_variance(scores) == pytest.approx((of_columns - left) / (n * m))


def test_a_difference_reaches_as_far_as_both_together():
    found = difference_on_new_images(Interval(0.5, 0.2, 0.9, 2), SCORES)
    reach = 4.302653 * math.sqrt(1 / 18)  # t of three images
    assert (found.estimate, found.n) == (0.5, 2)
    assert found.low == pytest.approx(0.5 - math.hypot(0.3, reach))
    assert found.high == pytest.approx(0.5 + math.hypot(0.4, reach))


def test_where_nothing_differs_images_add_nothing():
    known = Interval(0.0, 0.0, 0.0, 5)
    assert difference_on_new_images(known, np.zeros((5, 100), int)) == known


@pytest.mark.parametrize("scores", [np.zeros((0, 0), bool), SCORES[:1] > 0, SCORES[:, :1] > 0])
def test_one_replicate_or_one_image_has_no_ends(scores):
    for found in (
        difference_on_new_images(Interval(0.5, 0.2, 0.9, 2), scores.astype(int)),
        accuracy_on_new_images(Interval(0.5, 0.2, 0.9, 2), scores),
    ):
        assert found.estimate == 0.5
        assert math.isnan(found.low)
        assert math.isnan(found.high)


def test_an_accuracy_by_hand():
    # a share of 1/2 with variance 1/18 is that of 4.5 images; Wilson reaches 0.448458 from it, t = 4.302653
    found = accuracy_on_new_images(Interval(0.5, 0.3, 0.7, 2), SCORES > 0)
    assert found.high - 0.5 == pytest.approx(math.hypot(0.2, 0.448458), abs=1e-6)
    assert 0.5 - found.low == pytest.approx(found.high - 0.5)


def test_an_accuracy_of_one_may_be_less_on_new_images():
    # t = 3.182446 of four images: 4 / (4 + 3.182446 squared); nothing is above 1
    found = accuracy_on_new_images(Interval(1.0, 1.0, 1.0, 3), np.ones((3, 4), bool))
    assert found.low == pytest.approx(4 / (4 + 3.182446**2), abs=1e-6)
    assert found.high == pytest.approx(1)


def test_images_that_are_all_alike_add_nothing():
    known = Interval(0.5, 0.4, 0.6, 2)
    assert accuracy_on_new_images(known, np.array([[1, 0, 1, 0], [0, 1, 0, 1]], bool)) == known


@pytest.mark.parametrize("n", [3, 5, 10])
def test_it_holds_the_truth_where_the_interval_on_these_images_does_not(n):
    """Images differ in how hard they are, and in which variant they suit: a true difference of 0 over all images."""
    random, studies, images = np.random.default_rng(n), 400, 500
    held = {"these": 0, "new": 0}
    for _ in range(studies):
        hard, (ours, theirs) = 6 + 2.5 * random.standard_normal(images), random.standard_normal((2, images))
        chances = [1 / (1 + np.exp(-(hard + suits + 0.1 * random.standard_normal((n, 1))))) for suits in (ours, theirs)]
        hits, others = ((random.random((n, images)) < chance).astype(int) for chance in chances)
        known = mean_interval((hits - others).mean(axis=1))
        new = difference_on_new_images(known, hits - others)
        held["these"] += known.low <= 0 <= known.high
        held["new"] += new.low <= 0 <= new.high
    assert held["new"] >= 0.94 * studies
    assert held["these"] < held["new"]
    assert n < 10 or held["these"] < 0.9 * studies


def test_the_spread_of_coins_by_hand():
    # shares of 1, 1/2, 0 and 1/2: p (1 - p) is 1/4 twice, 1 without bias, over four images
    assert coin_spread(np.array([[1, 1, 0, 0], [1, 0, 0, 1]], bool)) == pytest.approx(1 / 4)
    assert coin_spread(np.ones((3, 5), bool)) == 0
