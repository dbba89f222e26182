import pytest

from harness.pages.svg import draw
from harness.reports import report
from tests.findings.conftest import make_study


def forests(study, trials, history):
    plots = report(study, trials, history).plots
    return {figure.name: figure for figure in plots if figure.chapter == "Differences to the reference"}


def test_a_figure_for_each_metric_with_an_interval(study, trials, history):
    # every pair gives half the seconds: three cannot tell how sure that is
    assert list(forests(study, trials, history)) == ["difference_test_accuracy"]
    trials.loc[trials.index[0], "seconds_to_target"] *= 1.1
    found = forests(study, trials, history)
    assert list(found) == ["difference_test_accuracy", "difference_seconds_to_target"]  # parameters are exact
    accuracy = found["difference_test_accuracy"]
    (one,) = accuracy.estimates
    assert (accuracy.neutral, accuracy.logarithmic) == (0, False)
    assert (one.label, one.value, one.verdict) == ("downsample=stride", pytest.approx(-0.2), "undecided")
    assert one.low == pytest.approx(-0.462892, abs=1e-5)
    seconds = found["difference_seconds_to_target"]
    assert (seconds.neutral, seconds.logarithmic) == (1, True)


def test_the_margin_is_a_band(trials, history):
    study = make_study(report={"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.004}})
    (figure,) = forests(study, trials, history).values()
    assert figure.margin == pytest.approx(0.4)


def test_it_is_drawn_and_described(study, trials, history):
    for figure in forests(study, trials, history).values():
        svg = draw(figure)
        assert "downsample=stride" in svg
        assert svg == draw(figure)
    assert (
        "−0.20 points (−0.46 to +0.06), undecided"
        in forests(study, trials, history)["difference_test_accuracy"].description
    )
