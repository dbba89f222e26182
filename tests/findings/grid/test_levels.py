import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study, trial

RATES = [1e-4, 1e-3, 1e-2]


def graded(levels=RATES, factors=None):
    study = make_study(
        design={"kind": "factorial", "replicates": 2, "factors": {"train.learning_rate": levels, **(factors or {})}},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for variant_number, variant in enumerate(study.variants):
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
