import math

import pytest

from harness.judging.contrast import Contrast, Evidence
from harness.judging.outlooks import Ahead, levels_left, outlook_of
from harness.stats import Claim, judge, looks, outlook


def test_the_level_is_what_the_claims_leave():
    # three open ones share 5 %; of the margin there are two, and one of them is equivalent
    claims = [Claim(True, 0.001), Claim(True, 0.5, 0.02), Claim(True, 0.5, 0.3), Claim(True, 0.04)]
    left = levels_left(dict(enumerate(claims)), dict(enumerate(judge(claims))))
    assert left[2] == pytest.approx((0.05 / 3, 0.05))
    assert left[3] == pytest.approx((0.05 / 3, 0.05))
    heavy = [Claim(True, 0.5, weight=3.0), Claim(True, 0.5)]
    left = levels_left(dict(enumerate(heavy)), dict(enumerate(judge(heavy))))
    assert [pair[0] for pair in left.values()] == pytest.approx([0.0375, 0.0125])


def evidence(pairs, estimate=0.8, **known):
    return Evidence(
        Contrast("test_accuracy", "difference", estimate, pairs=pairs, **known), scale=(estimate, 1.0, None)
    )


def test_a_fixed_study_may_have_a_hundred_more():
    found = outlook_of(evidence(5), (0.05, 0.05), Ahead(looks(5, 5)))
    assert found == outlook(0.8, 1.0, 5, range(6, 106), lambda _: (0.05, 0.05))
    assert not found.planned
    wide = outlook_of(evidence(5, spreads=3.0), (0.05, 0.05), Ahead(looks(5, 5)))
    assert wide.even > found.even


def test_an_adaptive_study_ends_where_it_planned():
    plan = looks(3, 30)  # 3, 5, 8, 12, 18, 30: the fifth look has 6 / 30 of the error, the last 12 / 30
    found = outlook_of(evidence(12), (0.05, 0.05), Ahead(plan))
    shares = {18: 0.2, 30: 0.4}
    assert found == outlook(0.8, 1.0, 12, [18, 30], lambda n: (0.05 * shares[n],) * 2, planned=True)
    assert found.even in (6, 18)
    assert outlook_of(evidence(30), (0.05, 0.05), Ahead(plan)) is None


def test_nothing_is_told_without_a_spread():
    assert (
        outlook_of(Evidence(Contrast("test_accuracy", "difference", 0.1, pairs=5)), (0.05, 0.05), Ahead(looks(5, 5)))
        is None
    )
    assert outlook_of(evidence(5, math.nan), (0.05, 0.05), Ahead(looks(5, 5))) is None
