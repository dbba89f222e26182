import math

import pytest

from harness.stats import Looks, continued, once, planned


@pytest.mark.parametrize(
    ("first", "last", "sizes"),
    [
        (3, 30, (3, 5, 7, 9, 12, 15, 19, 24, 30)),
        (5, 5, (5,)),
        (5, 8, (5, 7, 8)),
        (5, 6, (5, 6)),
        (2, 20, (2, 4, 6, 8, 10, 13, 17, 20)),
        (10, 30, (10, 13, 17, 22, 30)),  # 28 would be nearly 30
    ],
)
def test_looks_grow_by_a_quarter_and_two_at_least(first, last, sizes):
    assert planned(first, last).sizes == sizes


def test_looks_by_the_pairs_that_they_had():
    plan = planned(3, 30)
    assert plan.with_pairs([3, 5, 7]) is plan
    one_lost = plan.with_pairs([3, 4, 6])
    assert one_lost == Looks((3, 4, 6, 8, 11, 14, 18, 23, 29), plan.shares)
    assert plan.with_pairs([0, 0, 2]).sizes == (1, 2, 3, 4, 7, 10, 14, 19, 25)  # that no look had more than another
    assert planned(5, 5).with_pairs([4]) == planned(5, 5)  # of one look nothing goes by its size


def test_shares_grow_with_the_third_power():
    plan = planned(3, 30)
    assert plan.shares[:2] == pytest.approx([0.95 * 0.001, 0.95 * (1 / 6**3 - 0.001)])
    assert math.fsum(plan.shares) == pytest.approx(0.95)
    assert planned(5, 5).shares == (0.9,)
    assert once(7) == Looks((7,), (1.0,))


def test_going_on_spends_half_of_what_is_left_each_time():
    plan = continued(planned(5, 5), 10, 10, seen=5)
    assert (plan.sizes, plan.shares) == ((5, 10), pytest.approx((0.9, 0.04)))
    plan = continued(plan, 20, 20, seen=10)
    assert (plan.sizes, plan.shares) == ((5, 10, 20), pytest.approx((0.9, 0.04, 0.02)))
    for most in range(30, 100, 5):
        plan = continued(plan, most, most, seen=most - 5)
    assert math.fsum(plan.shares) < 0.98


def test_what_was_planned_keeps_its_shares():
    adaptive = continued(planned(5, 5), 3, 30, seen=5)
    assert adaptive.sizes == (5, 7, 9, 12, 15, 19, 24, 30)
    assert adaptive.shares[0] == 0.9
    assert math.fsum(adaptive.shares) == pytest.approx(0.94)
    # a fixed number is one of the looks that were planned already
    assert continued(planned(3, 30), 30, 30, seen=12) == planned(3, 30)


def test_asking_for_less_is_a_look_at_what_there_is():
    assert continued(planned(10, 10), 5, 5, seen=7).sizes == (7, 10)
    assert continued(planned(10, 10), 5, 5, seen=10) == planned(10, 10)


def test_before_there_are_results_a_plan_is_free():
    assert continued(planned(5, 5), 10, 10, seen=0) == planned(10, 10)
    assert continued(planned(1, 1), 5, 5, seen=1) == planned(5, 5)  # one pair tells nothing


@pytest.mark.parametrize("sizes", [(), (0, 3), (3, 3), (5, 3)])
def test_sizes_must_increase(sizes):
    with pytest.raises(ValueError, match="must increase"):
        Looks(sizes, (0.1,) * len(sizes))


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.6), (0.5, 0.0)])
def test_shares_must_be_of_one_error(shares):
    with pytest.raises(ValueError, match="sum to 1"):
        Looks((3, 5), shares)


def test_looks_need_a_range():
    with pytest.raises(ValueError, match="got 5 to 3"):
        planned(5, 3)
