import numpy as np
import optuna
import pandas as pd
import pytest

from harness.findings.search.explored import place_of
from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study, trial

SPACE = {"train.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}, "model.downsample": ["max_pool", "stride"]}


@pytest.fixture
def search():
    """A search of 20 trials whose accuracy follows the learning rate, and the downsampling not at all."""
    study = make_study(
        target=None,
        report=None,
        design={"kind": "search", "trials": 20, "space": SPACE, "sampler": "random"},
    )
    rates = 10 ** np.random.default_rng(4).uniform(-4, -2, 20)
    rows = []
    for number, rate in enumerate(rates):
        settings = {"train.learning_rate": float(rate), "model.downsample": ["max_pool", "stride"][number % 2]}
        accuracy = 0.9 + 0.02 * (np.log10(rate) + 4)
        rows.append(trial(study, number, settings, 0, phase="search", val_accuracy=accuracy))
    return study, pd.DataFrame(rows)


def figures(study, trials):
    return {figure.name: figure for figure in report(study, trials, pd.DataFrame()).plots}


def test_the_parameter_that_matters_is_found(search):
    (section,) = (one for one in report(*search, pd.DataFrame()).sections if one.heading == "Which parameters matter")
    shares = {row[0]: int(row[1]) for row in section.table.rows}
    assert list(shares) == ["train.learning_rate", "model.downsample"]
    assert shares["train.learning_rate"] > 90
    assert sum(shares.values()) == pytest.approx(100, abs=1)
    assert "FanovaImportanceEvaluator" in section.text


def test_few_trials_say_nothing_of_importance(search):
    study, trials = search
    headings = [section.heading for section in report(study, trials[:9], pd.DataFrame()).sections]
    assert "Which parameters matter" not in headings


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


@pytest.mark.parametrize(
    ("levels", "cell", "place"),
    [
        (([], [16], [32, 8]), "[32, 8]", 2),
        (([], [16]), "[]", 0),
        (("max_pool", "stride"), "stride", 1),
        ((3, 5), 5.0, 1),
        ((3, 5), np.int64(3), 0),
        ((True, False), "false", 1),
    ],
)
def test_cells_are_found_among_the_levels(levels, cell, place):
    assert place_of(levels, cell) == place


def test_of_many_trials_some_are_drawn(search):
    study, trials = search
    many = pd.concat([trials.assign(trial=trials["trial"] + 20 * copy) for copy in range(30)])
    found = figures(study, many)
    assert len(found["best_so_far"].series[0].x) == 400
    assert 150 <= len(found["parallel"].lines) <= 200
    assert max(good for _, good in found["parallel"].lines) == 1
    assert "200 of 600 are drawn" in found["parallel"].note


def test_optuna_logs_afterwards_as_it_did_before(search):
    before = optuna.logging.get_verbosity()
    try:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        report(*search, pd.DataFrame())
        assert optuna.logging.get_verbosity() == optuna.logging.ERROR
    finally:
        optuna.logging.set_verbosity(before)
