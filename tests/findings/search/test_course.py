import numpy as np
import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study
from tests.findings.search.conftest import SPACE


def figures(study, trials):
    return {figure.name: figure for figure in report(study, trials, pd.DataFrame()).plots}


def test_best_so_far_never_falls(search):
    each, best = figures(*search)["best_so_far"].series
    assert each.x == tuple(range(1, 21))
    assert best.y == tuple(np.maximum.accumulate(each.y)[[int(place) - 1 for place in best.x]])
    assert len(set(best.y)) == len(best.y) - (best.y[-1] == best.y[-2])  # the last trial closes the line


def test_each_parameter_has_a_slice_with_every_trial(search):
    study, trials = search
    figure = figures(study, trials)["slices"]
    rate, downsample = figure.slices
    assert (rate.label, rate.ends, rate.logarithmic, rate.levels) == ("learning_rate", (1e-4, 1e-2), True, ())
    assert rate.places == tuple(trials["train.learning_rate"])
    assert (downsample.label, downsample.levels) == ("downsample", ("max_pool", "stride"))
    assert downsample.places == tuple(float(number % 2) for number in range(20))
    assert figure.values == pytest.approx(100 * trials["val_accuracy"])
    assert figure.best == (int(trials["val_accuracy"].argmax()),)
    assert (figure.y_title, figure.by_error) == ("validation accuracy (%)", True)
    svg = draw(figure)
    assert "learning_rate" in svg
    assert svg == draw(figure)


def test_several_objectives_have_a_front_instead_of_a_best(search):
    study, trials = search
    several = make_study(
        target=None,
        report=None,
        design={"kind": "search", "trials": 20, "space": SPACE, "objectives": ["val_accuracy", "parameters"]},
    )
    assert "best_so_far" not in figures(several, trials)
    slices = figures(several, trials)["slices"]
    assert slices.best_title == "beaten by none of them in validation accuracy and parameters"
    assert figures(study, trials[:1]) == {}


def test_of_many_trials_some_are_drawn(search):
    study, trials = search
    many = pd.concat([trials.assign(trial=trials["trial"] + 20 * copy) for copy in range(30)])
    found = figures(study, many)
    assert len(found["best_so_far"].series[0].x) == 400
    slices = found["slices"]
    assert 200 <= len(slices.values) <= 400
    assert all(len(one.places) == len(slices.values) for one in slices.slices)
    assert max(slices.values) == pytest.approx(100 * trials["val_accuracy"].max())
    assert slices.values[slices.best[0]] == max(slices.values)
    assert f"{len(slices.values)} of 600 are drawn" in slices.note
