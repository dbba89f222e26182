import math

import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from harness.study import grid
from tests.findings.conftest import make_study, trial

RATES = [1e-4, 1e-3, 1e-2]


def graded(levels=RATES, factors=None):
    study = make_study(
        design={"kind": "factorial", "replicates": 2, "factors": {"train.learning_rate": levels, **(factors or {})}},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for variant_number, variant in enumerate(grid(study)):
        for replicate in range(2):
            accuracy = 0.9 + 0.01 * variant_number + 0.001 * replicate
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def level_figure(comparison):
    (figure,) = (figure for figure in comparison.plots if figure.chapter == "What the levels do")
    return figure


def test_a_numeric_factor_gets_a_figure():
    figure = level_figure(graded())
    assert (figure.name, figure.logarithmic) == ("test_accuracy_by_train_learning_rate", True)
    (series,) = figure.series
    assert series.x == (1e-4, 1e-3, 1e-2)
    assert series.y == pytest.approx((90.05, 91.05, 92.05))
    assert series.high[0] - series.y[0] == pytest.approx(12.7062 * 0.05, abs=1e-4)
    assert "learning_rate 0.0001: 90.05" in figure.description


def test_another_factor_gives_a_line_for_each_level():
    figure = level_figure(graded(factors={"model.downsample": ["max_pool", "stride"]}))
    assert [series.label for series in figure.series] == ["downsample=max_pool", "downsample=stride"]
    assert figure.series[0].y == pytest.approx((90.05, 92.05, 94.05))


def test_two_levels_are_no_curve():
    assert "What the levels do" not in [figure.chapter for figure in graded(levels=[1e-4, 1e-3]).plots]


def test_it_is_drawn_with_its_axes_and_again_the_same():
    figure = level_figure(graded())
    svg = draw(figure)
    assert "train.learning_rate" in svg
    assert "test accuracy (%)" in svg
    assert svg == draw(figure)


def search():
    study = make_study(
        target=None,
        design={
            "kind": "search", "trials": 4, "objectives": ["val_accuracy", "parameters"], "sampler": "random",
            "space": {"model.dense.0": {"low": 8, "high": 128}},
            "confirm": {"reaching": [0.98, 0.99, 0.999], "top": 1, "replicates": 2},
        },
        report=None,
    )  # fmt: skip
    measured = {128: (0.992, 1280), 64: (0.985, 640), 32: (0.984, 700), 16: (0.85, 90), 8: (0.9, 80)}
    rows = [
        trial(study, number, {"model.dense.0": units}, 0, phase="search", val_accuracy=accuracy, parameters=count)
        for number, (units, (accuracy, count)) in enumerate(measured.items())
    ]
    for replicate in (1000, 1001):
        for units, test in ((128, 0.991), (64, 0.979 + 0.002 * (replicate - 1000))):
            rows.append(
                trial(study, len(rows), {"model.dense.0": units}, replicate, phase="confirm", val_accuracy=test,
                      test_accuracy=test, parameters=measured[units][1])
            )  # fmt: skip
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_the_front_of_two_objectives():
    (figure,) = (figure for figure in search().plots if figure.name == "front")
    series = {one.label: one for one in figure.series}
    assert series["explored"].x == (90.0,)  # less accurate than one of 80
    assert series["explored, Pareto-optimal"].x == (80.0, 700.0)
    assert series["confirmed with fresh replicates"].x == (640.0, 1280.0)
    assert not math.isnan(series["confirmed with fresh replicates"].low[0])


def test_the_smallest_confirmed_network_of_each_level_is_named():
    assert search().sentences[:1] == (
        "The fewest parameters for a given test accuracy: 640 at 98 % (“dense.0=64”: 98.00 (96.73 to 99.27), 2 fresh "
        "trials) and 1,280 at 99 % (“base”: 99.10 (99.10 to 99.10), 2 fresh trials); none of the confirmed variants "
        "reaches 99.90 % test accuracy.",
    )
