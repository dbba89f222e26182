import math

import pandas as pd
import pytest

from harness.findings.search.dominance import front_of
from harness.reports import report
from tests.findings.conftest import make_study, trial


def front(comparison):
    (figure,) = (figure for figure in comparison.plots if figure.name == "front")
    return figure


def test_the_front_is_that_of_confirmed_variants_in_the_metric_of_the_answer(two_objectives):
    figure = front(two_objectives)
    assert figure.y_title == "test accuracy (%)"  # the search went by validation accuracy
    assert [point.cost for point in figure.points] == [640.0, 1280.0]
    assert [point.value for point in figure.points] == pytest.approx([98.0, 99.1])
    assert figure.front == (True, True)
    assert figure.points[0].each == pytest.approx((97.9, 98.1))
    assert not math.isnan(figure.points[0].low)
    assert figure.points_title == "confirmed"
    assert [point.told for point in figure.stairs] == ["640: 98.00 %", "1,280: 99.10 %"]
    assert figure.levels == ((98.0, "98 %"), (99.0, "99 %"), (99.9, "99.9 %"))


def test_what_was_only_explored_is_on_no_front(two_objectives):
    figure = front(two_objectives)
    assert sorted(point.cost for point in figure.explored) == [80.0, 90.0, 700.0]
    assert all(point.told == "" for point in figure.explored)
    marked = {row.label: row.pareto for row in two_objectives.rows}
    assert [mark for mark in marked.values() if mark is None] == [None] * 3
    assert "2 are Pareto-optimal in test accuracy and parameters" in " ".join(two_objectives.sentences)


def test_no_point_that_another_dominates_as_drawn_is_on_the_front(two_objectives):
    for figure in (front(two_objectives), front(searched([(0.97, 100), (0.99, 300), (0.98, 400)]))):
        drawn = [(point.value, point.cost) for point in figure.points]
        assert list(figure.front) == front_of(drawn, (1, -1))


def searched(measured):
    study = make_study(
        target=None,
        report=None,
        design={
            "kind": "search", "trials": 4, "objectives": ["val_accuracy", "parameters"], "sampler": "random",
            "space": {"model.dense.0": {"low": 8, "high": 128}},
        },
    )  # fmt: skip
    rows = [
        trial(study, number, {"model.dense.0": 10 + number}, 0, phase="search", val_accuracy=value, parameters=cost)
        for number, (value, cost) in enumerate(measured)
    ]
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_before_anything_is_confirmed_the_front_is_of_what_was_explored_by_what_it_was_chosen_by():
    figure = front(searched([(0.97, 100), (0.99, 300), (0.98, 400)]))
    assert figure.y_title == "validation accuracy (%)"
    assert figure.points_title == "explored once"
    assert [(point.cost, on_it) for point, on_it in zip(figure.points, figure.front, strict=True)] == [
        (100.0, True),
        (300.0, True),
        (400.0, False),
    ]
    assert figure.explored == ()
    assert figure.description == (
        "Pareto-optimal in validation accuracy and parameters, the cheapest first: dense.0=10 (100: 97.00 %); "
        "dense.0=11 (300: 99.00 %)."
    )


def test_a_confirmed_variant_that_test_images_put_behind_another_is_beaten():
    study = make_study(
        target=None,
        report=None,
        design={
            "kind": "search", "trials": 2, "objectives": ["val_accuracy", "parameters"], "sampler": "random",
            "space": {"model.dense.0": {"low": 8, "high": 128}}, "confirm": {"top": 2, "replicates": 2},
        },
    )  # fmt: skip
    rows = []
    for units, val, test, cost in ((16, 0.97, 0.98, 100), (32, 0.99, 0.975, 300)):
        rows.append(trial(study, len(rows), {"model.dense.0": units}, 0, phase="search", val_accuracy=val,
                          test_accuracy=test, parameters=cost))  # fmt: skip
        rows += [
            trial(study, len(rows) + copy, {"model.dense.0": units}, 1000 + copy, phase="confirm", val_accuracy=val,
                  test_accuracy=test, parameters=cost)
            for copy in range(2)
        ]  # fmt: skip
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert {row.label: row.pareto for row in found.rows if row.finished} == {"dense.0=16": True, "dense.0=32": False}
    assert front(found).front == (True, False)
