import math

from harness.findings.search.dominance import front_of


def test_what_none_beats_is_on_the_front():
    # accuracy, parameters: the third costs more than the second and is worse, the fourth costs the same and is worse
    points = [(0.97, 100), (0.99, 300), (0.98, 400), (0.96, 100)]
    assert front_of(points, (1, -1)) == [True, True, False, False]


def test_equal_points_do_not_beat_each_other_and_what_has_no_value_is_off():
    assert front_of([(0.9, 1.0), (0.9, 1.0)], (1, -1)) == [True, True]
    assert front_of([(math.nan, 1.0), (0.5, 2.0)], (1, -1)) == [False, True]
    assert front_of([], (1, -1)) == []
    assert front_of([(1.0, math.inf)], (1, -1)) == [True]
