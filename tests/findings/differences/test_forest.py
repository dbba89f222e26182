import math

import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study, trial


def forests(study, trials, history):
    plots = report(study, trials, history).plots
    return {figure.name: figure for figure in plots if figure.chapter == "Differences to the reference"}


def test_a_figure_for_each_metric_with_an_interval(study, trials, history):
    found = forests(study, trials, history)
    assert list(found) == ["difference_test_accuracy", "difference_seconds_to_target"]  # parameters are exact
    accuracy = found["difference_test_accuracy"]
    (one,) = accuracy.estimates
    assert (accuracy.neutral, accuracy.logarithmic) == (0, False)
    assert (one.label, one.value, one.verdict) == ("downsample=stride", pytest.approx(-0.2), "undecided")
    assert one.low == pytest.approx(-0.462892, abs=1e-5)
    assert (accuracy.better, accuracy.margin_told) == ("higher", "")
    assert [(pair.replicate, pair.value) for pair in one.pairs] == [
        (0, pytest.approx(-0.1)),
        (1, pytest.approx(-0.2)),
        (2, pytest.approx(-0.3)),
    ]
    seconds = found["difference_seconds_to_target"]
    assert (seconds.neutral, seconds.logarithmic, seconds.better) == (1, True, "lower")
    # every pair gives half the seconds: three cannot tell how sure that is, and the dots are there all the same
    (one,) = seconds.estimates
    assert [pair.value for pair in one.pairs] == [0.5, 0.5, 0.5]
    assert one.value == pytest.approx(0.5)
    assert math.isnan(one.low)


def test_the_margin_is_a_band(trials, history):
    study = make_study(report={"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.004}})
    (figure,) = forests(study, trials, history).values()
    assert figure.margin == pytest.approx(0.4)
    assert figure.margin_told == "±0.4 points"


def test_it_is_drawn_and_described(study, trials, history):
    for figure in forests(study, trials, history).values():
        svg = draw(figure)
        assert "downsample=stride" in svg
        assert svg == draw(figure)
    assert (
        "−0.20 points (−0.46 to +0.06), undecided"
        in forests(study, trials, history)["difference_test_accuracy"].description
    )


def missing(reached):
    """A study of three rates with five replicates; where a time to the target is None it was never reached."""
    study = make_study(
        design={"kind": "factorial", "replicates": 5, "factors": {"train.learning_rate": [1e-4, 1e-3, 1e-2]}},
        report={"metrics": ["steps_to_target"]},
    )
    rows = []
    for rate, times in zip([1e-4, 1e-3, 1e-2], reached, strict=True):
        for replicate, steps in enumerate(times):
            known = {} if steps is None else {"steps_to_target": steps}
            rows.append(trial(study, len(rows), {"train.learning_rate": rate}, replicate, **known))
    return study, pd.DataFrame(rows), pd.DataFrame()


BASE, FASTER = (500, 510, 520, 530, 540), (250, 240, 260, 255, 265)


def test_a_level_that_never_got_there_is_in_the_forest_with_an_open_interval():
    figure = forests(*missing([BASE, FASTER, (None,) * 5]))["difference_steps_to_target"]
    faster, never = figure.estimates
    assert (faster.label, never.label) == ("learning_rate=0.001", "learning_rate=0.01")
    assert faster.pairs[0].value == 0.5
    assert [(pair.value, pair.bound) for pair in never.pairs] == [
        (1000 / steps, "at least")
        for steps in BASE  # each was watched for 1,000 steps
    ]
    assert never.low > 1
    assert never.high == math.inf
    assert "no bound" in figure.note
    assert "learning_rate=0.01" in draw(figure)


def test_a_pair_of_which_the_base_never_got_there_is_known_on_one_side():
    figure = forests(*missing([(*BASE[:4], None), FASTER, FASTER]))["difference_steps_to_target"]
    assert [pair.bound for pair in figure.estimates[0].pairs] == ["", "", "", "", "at most"]
    assert figure.estimates[0].pairs[4].value == 265 / 1000
