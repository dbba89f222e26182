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
    base, stride = steps.series
    assert base.x[0] == 0
    assert base.y[-1] == pytest.approx(100)
    # one of three was watched for 1,000 steps and never got there
    assert stride.y[-1] == pytest.approx(200 / 3)
    assert stride.x[-1] == 1000
    assert "downsample=stride 2 of 3" in steps.description


def test_seconds_of_different_places_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 5, "device"] = "gpu"
    assert [figure.name for figure in reached(study, trials, history)] == ["reached_by_steps"]


def test_seconds_of_disturbed_trainings_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 0, "foreign_load"] = 1.0
    steps, seconds = reached(study, trials, history)
    assert (steps.series[0].x, seconds.series[0].x) == ((0, 500, 600, 700), (0, 5, 6))


def test_nothing_without_a_target_or_where_nobody_reached_it(study, trials, history):
    assert reached(make_study(target=None, report=None), trials, history) == []
    trials[["seconds_to_target", "steps_to_target"]] = np.nan
    assert reached(study, trials, history) == []
