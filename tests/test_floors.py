from harness.floors import flips_reach, smallest_p


def test_few_pairs_cannot_have_a_small_p():
    assert [smallest_p(pairs) for pairs in (1, 3, 5)] == [1, 2 / 20, 2 / 252]
    assert smallest_p(8) == 2 / 2**8


def test_among_many_comparisons_sign_flips_need_more_pairs():
    assert flips_reach(8, 0.05)
    assert not flips_reach(8, 0.005)
    assert smallest_p(8, level=0.005) == 2 / 12870
    assert smallest_p(11, level=0.005) == 2 / 2**11
