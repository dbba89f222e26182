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


def test_parallel_coordinates(search):
    study, trials = search
    figure = figures(study, trials)["parallel"]
    assert figure.axes[:2] == (("learning_rate", "0.0001", "0.01"), ("downsample", "max_pool", "stride"))
    assert figure.axes[2][0] == "validation accuracy"
    heights, good = figure.lines[0]
    assert heights[0] == pytest.approx((np.log10(trials["train.learning_rate"][0]) + 4) / 2)
    assert heights[1] == 0
    assert heights[2] == good
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
    assert "parallel" in figures(several, trials)
    assert figures(study, trials[:1]) == {}


def test_of_many_trials_some_are_drawn(search):
    study, trials = search
    many = pd.concat([trials.assign(trial=trials["trial"] + 20 * copy) for copy in range(30)])
    found = figures(study, many)
    assert len(found["best_so_far"].series[0].x) == 400
    assert 150 <= len(found["parallel"].lines) <= 200
    assert max(good for _, good in found["parallel"].lines) == 1
    assert "200 of 600 are drawn" in found["parallel"].note
