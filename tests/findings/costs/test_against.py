import math

import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study, trial
from tests.pages.svg.drawing import texts

WIDTHS = {32: (0.970, 100_000, 4.0), 64: (0.969, 200_000, 5.0), 128: (0.985, 400_000, 6.0)}


def comparison(measured=WIDTHS, **changes):
    study = make_study(
        design={"kind": "factorial", "replicates": 2, "factors": {"model.dense.0": list(measured)}},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for units, (accuracy, parameters, seconds) in measured.items():
        for replicate in range(2):
            known = {"test_accuracy": accuracy + 0.001 * replicate, "parameters": parameters, "train_seconds": seconds}
            rows.append(trial(study, len(rows), {"model.dense.0": units}, replicate, **known | changes))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def figures(found):
    return {figure.name: figure for figure in found.plots if figure.chapter == "What it costs"}


def test_each_cost_in_which_variants_differ_has_a_front():
    found = figures(comparison())
    assert list(found) == ["test_accuracy_for_parameters", "test_accuracy_for_train_seconds"]  # all have the same macs
    figure = found["test_accuracy_for_parameters"]
    assert [point.cost for point in figure.points] == [100_000, 200_000, 400_000]
    assert [point.value for point in figure.points] == pytest.approx([97.05, 96.95, 98.55])
    assert figure.points[0].each == pytest.approx((97.0, 97.1))
    assert figure.front == (True, False, True)  # twice the parameters, and worse
    assert (figure.cheap, figure.by_error, figure.x_title) == ("lower", True, "parameters")
    assert [point.told for point in figure.points] == ["dense.0=32", "dense.0=64", "base"]
    assert "dense.0=64" not in figure.description
    assert "base: 400,000 parameters, test accuracy 98.55" in figure.description
    seconds = found["test_accuracy_for_train_seconds"]
    assert [point.cost for point in seconds.points] == [4.0, 5.0, 6.0]
    assert seconds.x_title == "training seconds, mean"


def test_it_is_drawn_with_its_names():
    shown = texts(draw(figures(comparison())["test_accuracy_for_parameters"]))
    assert {"dense.0=32", "base", "variants, beaten by none", "variants, beaten in both"} <= set(shown)


def test_two_variants_have_a_table_and_no_front():
    few = {width: WIDTHS[width] for width in (64, 128)}
    assert figures(comparison(few)) == {}


def test_costs_that_a_reader_would_call_the_same_have_none():
    alike = {width: (accuracy, 100_000 + width, 5.0) for width, (accuracy, *_) in WIDTHS.items()}
    assert figures(comparison(alike)) == {}


def test_seconds_that_must_not_be_compared_have_none():
    assert list(figures(comparison(studies_beside=1, foreign_load=2.0))) == ["test_accuracy_for_parameters"]


def test_a_variant_without_the_metric_leaves_no_front():
    assert figures(comparison(test_accuracy=math.nan)) == {}
