import numpy as np
import pytest

from harness.reports import report
from tests.findings.conftest import make_study


def reached(study, trials, history):
    return [figure for figure in report(study, trials, history).plots if figure.chapter == "Time to target"]


def test_the_share_that_reached_it_goes_up_in_steps(study, trials, history):
    trials.loc[trials["trial"] == 3, ["seconds_to_target", "steps_to_target"]] = np.nan
    steps, seconds = reached(study, trials, history)
    assert (steps.name, seconds.name) == ("reached_by_steps", "reached_by_seconds")
    base, stride = steps.curves
    assert base.x[0] == 0
    assert base.y[-1] == pytest.approx(100)
    # one of three was watched for 1,000 steps and never got there
    assert stride.y[-1] == pytest.approx(200 / 3)
    assert stride.x[-1] == 1000
    assert (stride.missed, stride.reached, stride.finished) == ((1000,), 2, 3)
    assert "downsample=stride 2 of 3" in steps.description
    assert steps.title == "Share of trainings that have reached 98 % validation accuracy, against steps"
    assert "Kaplan" in steps.note


def test_without_misses_the_curve_is_what_it_is_called(study, trials, history):
    steps, seconds = reached(study, trials, history)
    assert seconds.evaluations == ()
    assert [curve.missed for curve in steps.curves] == [(), ()]
    assert steps.evaluations == tuple(range(0, 1001, 100))
    assert "Kaplan" not in steps.note
    assert steps.curves[0].y == pytest.approx((0, 100 / 3, 200 / 3, 100))
    assert steps.curves[0].y[-1] <= 100


def test_times_far_apart_are_logarithmic(study, trials, history):
    trials.loc[trials["trial"] > 2, "seconds_to_target"] *= 20
    steps, seconds = reached(study, trials, history)
    assert (steps.logarithmic, seconds.logarithmic) == (False, True)


def test_seconds_of_different_places_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 5, "device"] = "gpu"
    assert [figure.name for figure in reached(study, trials, history)] == ["reached_by_steps"]


def test_seconds_of_disturbed_trainings_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 0, "foreign_load"] = 1.0
    steps, seconds = reached(study, trials, history)
    assert (steps.curves[0].x, seconds.curves[0].x) == ((0, 500, 600, 700), (0, 5, 6))


def test_nothing_without_a_target_or_where_nobody_reached_it(study, trials, history):
    assert reached(make_study(target=None, report=None), trials, history) == []
    trials[["seconds_to_target", "steps_to_target"]] = np.nan
    assert reached(study, trials, history) == []
