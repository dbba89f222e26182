import math
from dataclasses import replace

import numpy as np
import pytest

from harness.judging import compare
from harness.judging.contrast import Contrast
from harness.judging.look import Evidence, Look, together
from harness.judging.outlooks import Ahead, levels_left, outlook_of
from harness.stats import Claim, Verdict, continued, judge, nominal_level, once, outlook, planned
from tests.findings.conftest import make_study

LEVELS = ["max_pool", "stride"]


def test_the_level_is_what_the_claims_leave():
    # three open ones share 5 %; of the margin there are two, and one of them is equivalent
    claims = [Claim(True, 0.001), Claim(True, 0.5, 0.02), Claim(True, 0.5, 0.3), Claim(True, 0.04)]
    left = levels_left(dict(enumerate(claims)), dict(enumerate(judge(claims))))
    assert left[2] == pytest.approx((0.05 / 3, 0.05))
    assert left[3] == pytest.approx((0.05 / 3, 0.05))
    to_come = levels_left(dict(enumerate(claims)), dict(enumerate(judge(claims))), coming=2.0)
    assert to_come[2] == pytest.approx((0.05 / 5, 0.05 / 3))
    heavy = [Claim(True, 0.5, weight=3.0), Claim(True, 0.5)]
    left = levels_left(dict(enumerate(heavy)), dict(enumerate(judge(heavy))))
    assert [pair[0] for pair in left.values()] == pytest.approx([0.0375, 0.0125])


def evidence(pairs, estimate=0.8, **known):
    return Evidence(
        Contrast("test_accuracy", "difference", estimate, pairs=pairs, **known), scale=(estimate, 1.0, None)
    )


def test_a_fixed_study_may_have_a_hundred_more():
    plan = planned(5, 5)
    found = outlook_of(evidence(5), (0.05, 0.05), Ahead(plan))

    def levels(n):  # those of who goes on: one look has spent nine tenths
        after = continued(plan, n, n, seen=5)
        return nominal_level(0.05, after, 1), nominal_level(0.05, after, 1, sides=1)

    assert found == outlook(0.8, 1.0, 5, range(6, 106), levels)
    assert not found.planned
    free = outlook_of(evidence(5), (0.05, 0.05), Ahead(once(5)))  # two sets that are compared are not charged
    assert free == outlook(0.8, 1.0, 5, range(6, 106), lambda _: (0.05, 0.05))
    assert free.even < found.even
    wide = outlook_of(evidence(5, spreads=3.0), (0.05, 0.05), Ahead(planned(5, 5)))
    assert wide.even > found.even


def test_an_adaptive_study_ends_where_it_planned():
    plan = planned(3, 30)
    found = outlook_of(evidence(12), (0.05, 0.05), Ahead(plan))
    looks = {15: 5, 19: 6, 24: 7, 30: 8}

    def levels(n):
        return nominal_level(0.05, plan, looks[n]), nominal_level(0.05, plan, looks[n], sides=1)

    assert found == outlook(0.8, 1.0, 12, list(looks), levels, planned=30)
    assert found.even + 12 in looks
    assert outlook_of(evidence(30), (0.05, 0.05), Ahead(plan, adaptive=True)) is None


def test_what_is_to_come_adds_to_the_latest_look_whichever_is_shown():
    """With 5 pairs it was clear, but for other comparisons, and with 10 no more: the report shows the first."""
    plan = continued(planned(5, 5), 10, 10, seen=5)
    looks = [
        Look(Contrast("test_accuracy", "difference", estimate, pairs=pairs), p, True, scale=(estimate, 1.0, None))
        for pairs, estimate, p in ((5, 2.0, 0.011), (10, 0.1, 0.76))
    ]
    known = together(looks, plan)
    assert (known.shown, known.contrast.pairs) == (0, 5)

    def levels(n):
        after = continued(plan, n, n, seen=10)
        return nominal_level(0.01, after, 2), nominal_level(0.01, after, 2, sides=1)

    assert outlook_of(known, (0.01, 0.01), Ahead(plan)) == outlook(0.1, 1.0, 10, range(11, 111), levels)


def test_nothing_is_told_without_a_spread():
    assert (
        outlook_of(Evidence(Contrast("test_accuracy", "difference", 0.1, pairs=5)), (0.05, 0.05), Ahead(planned(5, 5)))
        is None
    )
    assert outlook_of(evidence(5, math.nan), (0.05, 0.05), Ahead(planned(5, 5))) is None


def test_replicates_that_make_no_pair_are_not_still_to_come(sample):
    """Of nine replicates one failed: after the last look there is nothing more to promise."""
    study = make_study(
        design={"kind": "factorial", "replicates": {"min": 3, "max": 9}, "factors": {"model.downsample": LEVELS}},
        report={"metrics": ["test_accuracy"]},
    )
    noise = 0.001 * np.array([3, -2, 1, 0, -4, 2, 1, -1, 2])
    kept = [0, 1, 2, 4, 5, 6, 7, 8]

    def found(n):
        there = [one for one in kept if one < n]
        variant = sample(replicate=there, test_accuracy=0.983 + noise[there])
        base = sample("base", test_accuracy=0.98 - 0.5 * noise[::-1][:n])
        return compare(study, {"variant": replace(variant, failed=frozenset({3}))}, base)["variant"][0]

    assert (found(9).pairs, found(9).verdict, found(9).more) == (8, Verdict.UNDECIDED, None)
    assert (found(7).pairs, found(7).more.most, found(7).more.planned) == (6, 2, 9)
    assert found(5).more.most == 4
