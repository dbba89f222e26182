import math

import numpy as np
import pytest

from harness.findings.means import mean_of, single_of, time_of


def test_no_interval_holds_what_cannot_be():
    wild = [0.99, 0.80, 0.995]
    assert mean_of("test_accuracy", wild).high == single_of("test_accuracy", wild).high == 1
    assert mean_of("test_loss", [0.01, 0.3, 0.02]).low == 0
    assert mean_of("dead_features", [0, 1, 0]).low == 0
    assert single_of("steps_to_target", [100.0, 2000.0, 150.0]).low > 0


def test_of_what_is_compared_as_a_ratio_the_mean_is_geometric():
    found = mean_of("train_seconds", [2.0, 8.0, math.nan])
    assert (found.estimate, found.n) == (pytest.approx(4.0), 2)
    assert mean_of("test_loss", [0.2, 0.8]).estimate == pytest.approx(0.5)


def test_the_ratio_of_two_geometric_means_is_the_geometric_mean_of_the_ratios():
    ours, base = np.array([2.0, 3.0, 5.0]), np.array([4.0, 9.0, 8.0])
    ratio = math.exp(np.log(ours / base).mean())
    means = [mean_of("seconds_to_target", one).estimate for one in (ours, base)]
    assert means[0] / means[1] == pytest.approx(ratio)


def test_where_some_never_reached_the_target_it_is_a_median():
    at, reached = np.array([100.0, 400.0, 900.0]), np.array([False, False, False])
    time, is_median = time_of("steps_to_target", at, reached)
    assert (time.estimate, is_median) == (pytest.approx(330.19, abs=0.01), False)
    time, is_median = time_of("steps_to_target", at, np.array([False, False, True]))
    assert (time.estimate, is_median) == (400.0, True)
    assert time_of("steps_to_target", np.array([0.0, 100.0]), np.array([False, False]))[1]
