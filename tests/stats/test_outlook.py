import math

import numpy as np
import pytest
from scipy import stats

from harness.stats import Outlook, outlook
from harness.stats.outlook import _chance


def once(level, within=None):
    """The same levels after any number of pairs."""
    return lambda size: (level, within or level)


def more(estimate, deviation, pairs, level=0.05, **given):
    return outlook(estimate, deviation, pairs, range(pairs + 1, pairs + 101), once(level), **given)


def drawn(estimate, deviation, pairs, added, level, margin, draws=40_000):
    """The same chance by other means: whole samples, one after the other, given the sufficient statistics."""
    random = np.random.default_rng(1)
    sigma = deviation * np.sqrt((pairs - 1) / random.chisquare(pairs - 1, draws))
    truth = random.normal(estimate, sigma / math.sqrt(pairs))
    weights = stats.norm.pdf(truth / sigma)
    known = stats.zscore(random.normal(size=pairs), ddof=1) * deviation + estimate
    new = random.normal(truth[:, None], sigma[:, None], (draws, added))
    values = np.hstack([np.broadcast_to(known, (draws, pairs)), new])
    error, mean = values.std(axis=1, ddof=1) / math.sqrt(pairs + added), np.abs(values.mean(axis=1))
    found = 2 * stats.t.sf(mean / error, pairs + added - 1) <= level
    if margin is not None:
        found |= stats.t.sf((margin - mean) / error, pairs + added - 1) <= level
    return float((weights * found).sum() / weights.sum())


@pytest.mark.parametrize(
    ("estimate", "deviation", "pairs", "added", "level", "margin"),
    [
        (0.8, 1.0, 5, 3, 0.05, None),
        (0.8, 1.0, 5, 20, 0.006, None),
        (0.1, 1.0, 10, 30, 0.05, 0.6),
        (2, 2, 3, 1, 0.05, None),
    ],
)
def test_the_chance_is_that_of_samples_drawn_one_by_one(estimate, deviation, pairs, added, level, margin):
    found = _chance(estimate, deviation, pairs, added, (level, level), margin, 0.0, unlike=False)
    assert found == pytest.approx(drawn(estimate, deviation, pairs, added, level, margin), abs=0.03)


def test_of_many_pairs_it_is_the_textbook_s_number():
    # 400 pairs of 0.07 deviations: t = 1.4; the estimate is nearly the truth, the new pairs add what they add
    found = outlook(0.07, 1.0, 400, range(401, 2000), once(0.05))
    # an even chance where 0.07 sqrt(n) = 1.96: n = 784, so 384 more, and more as 0.07 is not sure either
    assert 330 <= found.even <= 450
    assert found.likely is None or found.likely > found.even


def test_a_stricter_level_and_a_smaller_difference_need_more():
    first = more(1.2, 1.0, 5)
    assert first.even <= first.likely
    stricter = more(1.2, 1.0, 5, level=0.005)
    assert stricter.even > first.even
    smaller = more(0.6, 1.0, 5)
    assert smaller.even > first.even
    unlike = more(1.2, 1.0, 5, unlike=True)
    assert unlike.even > first.even
    assert more(-1.2, 1.0, 5) == more(1200, 1000.0, 5) == first


def test_a_margin_may_decide_sooner():
    assert more(0.0, 1.0, 10, margin=1.0).likely < 10
    assert more(0.0, 1.0, 10).likely is None


def test_never_beyond_what_a_study_plans():
    levels = once(0.05)
    found = outlook(0.3, 1.0, 8, [12, 18, 30], levels, planned=30)
    assert found.even in (None, 4, 10, 22)
    assert (found.most, found.planned) == (22, 30)
    assert outlook(0.3, 1.0, 30, [], levels, planned=30) is None


def test_what_cannot_be_told():
    assert more(math.nan, 1.0, 5) is more(1.0, 0.0, 5) is more(1.0, math.nan, 5) is more(1.0, 1.0, 1) is None
    assert more(0.05, 1.0, 5, level=0.001) == Outlook(None, None, 100)


@pytest.mark.parametrize("level", [0.05, 0.05 / 8])
def test_it_keeps_what_it_says(level):
    """True differences spread by one deviation; what is undecided after 5 pairs goes on."""
    random = np.random.default_rng(7)
    kept: dict[str, list[bool]] = {"even": [], "likely": []}
    while len(kept["even"]) < 250:
        values = random.normal(random.normal(), 1, 105)
        if stats.ttest_1samp(values[:5], 0).pvalue <= level:
            continue
        found = more(values[:5].mean(), values[:5].std(ddof=1), 5, level)
        for name, tries in kept.items():
            if added := getattr(found, name):
                tries.append(stats.ttest_1samp(values[: 5 + added], 0).pvalue <= level)
    assert 0.45 <= np.mean(kept["even"]) <= 0.67
    assert 0.75 <= np.mean(kept["likely"]) <= 0.95
