import math

import pytest

from harness.stats import Claim, judge


def words(*claims):
    return [str(one.verdict) for one in judge(claims)]


def test_a_single_claim():
    assert words(Claim(True, 0.05)) == ["better"]
    assert words(Claim(False, 0.05)) == ["worse"]
    assert words(Claim(True, 0.051)) == ["undecided"]
    assert words(Claim(True, math.nan)) == ["undecided"]
    assert words(Claim(True, 0.9, 0.04)) == ["equivalent"]


def test_a_sure_difference_below_the_margin_does_not_matter():
    assert words(Claim(True, 0.001, 0.001)) == ["equivalent"]
    assert words(Claim(True, 0.001, 0.06)) == ["better"]


def test_claims_are_judged_together():
    # 0.02 alone would do; beside another its limit is 0.025, beside two 0.0167
    assert words(Claim(True, 0.02), Claim(True, 0.9)) == ["better", "undecided"]
    assert words(Claim(True, 0.02), Claim(True, 0.9), Claim(False, 0.9)) == ["undecided"] * 3
    # what is decided first leaves its share to the others
    assert words(Claim(True, 0.02), Claim(True, 0.9), Claim(False, 0.01)) == ["better", "undecided", "worse"]
    judged = judge([Claim(True, 0.02), Claim(True, 0.9), Claim(False, 0.01)])
    assert [one.p for one in judged] == pytest.approx([0.04, 0.9, 0.03])


def test_equivalence_has_a_family_of_its_own():
    judged = judge([Claim(True, 0.5, 0.03), Claim(True, 0.01), Claim(True, 0.6, 0.01)])
    assert [str(one.verdict) for one in judged] == ["equivalent", "better", "equivalent"]
    assert judged[0].p_equivalent == pytest.approx(0.03)
    assert judged[2].p_equivalent == pytest.approx(0.02)
    assert math.isnan(judged[1].p_equivalent)


def test_no_claims():
    assert judge([]) == []
