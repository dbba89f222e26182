import math


def test_the_front_of_two_objectives(two_objectives):
    (figure,) = (figure for figure in two_objectives.plots if figure.name == "front")
    series = {one.label: one for one in figure.series}
    assert series["explored"].x == (90.0,)  # less accurate than one of 80
    assert series["explored, Pareto-optimal"].x == (80.0, 700.0)
    assert series["confirmed with fresh replicates"].x == (640.0, 1280.0)
    assert not math.isnan(series["confirmed with fresh replicates"].low[0])
