import math

import numpy as np
from scipy import stats

from harness.stats.gehan import GehanScores


def scores(values, base):
    """Make scores of times; negative ones are censored."""
    ours, theirs = np.array(values, dtype=float), np.array(base, dtype=float)
    return GehanScores(np.abs(ours), ours < 0, np.abs(theirs), theirs < 0)


def at(found, ratio):
    return tuple(each.tolist() for each in found.at(round(math.log(ratio), 9)))


def test_scores_by_hand():
    # 7 comes after 4, 2, 5 and 6, and before the one that was watched until 9: 4 - 1
    found = scores([4, 7, -9], [2, 5, 6])
    assert at(found, 1) == ([-3, 3, 5], [-5, -1, 1])


def test_where_both_are_watched_equally_long():
    # divided by 2 the variant was watched until 4.5: neither 5 nor 6 is seen then, and nothing is known of their order
    ours, theirs = scores([4, 7, -9], [2, 5, 6]).at(round(math.log(2), 9))
    assert ours.tolist() == [-4, 2 - 3, 3]
    assert theirs.tolist() == [-4, 3, 3]


def test_one_that_diverged_is_later_than_all_that_reached_it():
    assert at(scores([1, -math.inf], [5, 6]), 1) == ([-3, 3], [-1, 1])
    # whatever the ratio: there is no limit to divide
    assert at(scores([1, -math.inf], [5, 6]), 0.01) == ([1, 3], [-3, -1])
    assert at(scores([-math.inf], [-math.inf]), 1) == ([0], [0])


def test_a_target_held_at_once_is_before_all_others():
    assert at(scores([0, 5], [3, -8]), 1) == ([-3, 1], [-1, 3])


def test_the_sum_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(4)
    values, base = rng.exponential(2, 9), rng.exponential(1, 9)
    ours, theirs = scores(values, base).at(0.0)
    wins = stats.mannwhitneyu(values, base).statistic
    assert ours.sum() == -theirs.sum() == 2 * wins - 81


def test_the_sum_falls_as_the_ratio_grows():
    rng = np.random.default_rng(6)
    values, base = (
        rng.permuted([1, 2, 3, 4, 5, 6, 7, -7, -7, -math.inf]),
        rng.permuted([2, 3, 3, 5, 6, 8, 8, 9, -9, -9]),
    )
    found = scores(values, base)
    sums = [found.at(log)[0].sum() for log in np.sort(np.concatenate([found.borders, np.linspace(-3, 3, 500)]))]
    assert np.all(np.diff(sums) <= 0)
    assert sums[0] > 0 > sums[-1]
