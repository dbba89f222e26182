import math

import pytest

from harness.stats import Looks, holm, looks, over_looks


def test_holm_by_hand():
    # sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.04 -> never falling
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm([math.nan, 0.02, 0.6])
    assert math.isnan(adjusted[0])
    assert adjusted[1:] == pytest.approx([0.04, 0.6])
    assert holm([]) == []
    assert holm([0.7, 0.8]) == [1, 1]


@pytest.mark.parametrize(
    ("first", "last", "sizes"),
    [
        (3, 30, (3, 5, 8, 12, 18, 30)),  # 27 would be nearly 30
        (5, 5, (5,)),
        (5, 8, (5, 8)),
        (5, 6, (5, 6)),
        (5, 9, (5, 9)),
        (4, 20, (4, 6, 9, 14, 20)),
        (1, 4, (1, 2, 3, 4)),
    ],
)
def test_looks_grow_by_half(first, last, sizes):
    assert looks(first, last).sizes == sizes


def test_shares_are_in_proportion_to_the_pairs_and_sum_to_one():
    plan = looks(3, 30)
    shares = [plan.share(look) for look in range(6)]
    assert shares == pytest.approx([3 / 30, 2 / 30, 3 / 30, 4 / 30, 6 / 30, 12 / 30])
    assert sum(shares) == pytest.approx(1)
    assert Looks((7,)).share(0) == 1


def test_which_look_pairs_belong_to():
    plan = looks(3, 30)
    assert [plan.at(pairs) for pairs in (1, 3, 4, 5, 6, 30, 40)] == [0, 0, 1, 1, 2, 5, 5]
    assert [plan.after(pairs) for pairs in (0, 3, 4, 18, 30)] == [3, 5, 5, 30, 30]


def test_over_looks_takes_the_smallest_weighted():
    plan = looks(3, 30)
    assert over_looks([0.001], plan) == pytest.approx(0.01)
    assert over_looks([0.001, 0.5], plan) == pytest.approx(0.01)
    assert over_looks([0.9, math.nan, 0.004], plan) == pytest.approx(0.04)
    assert over_looks([0.9], plan) == 1
    assert math.isnan(over_looks([math.nan], plan))


@pytest.mark.parametrize("sizes", [(), (0, 3), (3, 3), (5, 3)])
def test_sizes_must_increase(sizes):
    with pytest.raises(ValueError, match="must increase"):
        Looks(sizes)


def test_looks_need_a_range():
    with pytest.raises(ValueError, match="got 5 to 3"):
        looks(5, 3)


def test_holm_with_weights_by_hand():
    # 0.01 has half of the error, the others a quarter each; then 0.02 and 0.03 share it, then 0.03 has all
    assert holm([0.03, 0.01, 0.02], [1, 2, 1]) == pytest.approx([0.04, 0.02, 0.04])
    # a weight brings its p-value forward: 0.03 / 3 comes before 0.02
    assert holm([0.03, 0.02], [3, 1]) == pytest.approx([0.04, 0.04])
    assert holm([0.03, math.nan, 0.02], [1, 9, 1]) == pytest.approx([0.04, math.nan, 0.04], nan_ok=True)
    assert holm([0.01, 0.02], [5, 5]) == holm([0.01, 0.02])
