import numpy as np
import pandas as pd

from harness.findings.groups import group_trials
from harness.findings.trainings.runs import line_of, runs_of
from harness.trials import tidy_trials

HISTORY = pd.DataFrame(
    {
        "trial": [0, 0, 0, 1, 1],
        "step": [100, 500, 500, 100, 500],
        "train_seconds": [1.0, 5.0, 5.1, 1.5, 6.0],
        "val_accuracy": [0.9, 0.97, 0.98, 0.8, 0.9],
    }
)


def test_runs_are_those_of_the_trials_that_have_any():
    one, two = runs_of(HISTORY, "val_accuracy", [1, 0, 7])
    assert (one.value.tolist(), two.value.tolist()) == ([0.9, 0.97, 0.98], [0.8, 0.9])
    assert two.at("train_seconds").tolist() == [1.5, 6]
    assert two.at("step").tolist() == [100, 500]
    assert (one.reached, two.reached) == (-1, -1)
    assert one.places_of(np.array([100, 500])).tolist() == [0, 2]  # of two at one step the last


def test_the_target_is_reached_where_the_trials_say(study, trials):
    group = group_trials(study, tidy_trials(study, trials))[0]  # 500 and 600 steps; 600 was not evaluated
    one, two = runs_of(HISTORY, "val_accuracy", [0, 1], group)
    assert (one.reached, two.reached) == (2, -1)


def test_lines_are_thinned_evenly_and_leave_out_what_is_not_known():
    x = np.arange(101.0)
    line = line_of(x, 2 * x, 5)
    assert (line.x, line.y) == ((0, 25, 50, 75, 100), (0, 50, 100, 150, 200))
    assert line_of(np.array([1.0, 2, 3]), np.array([1.0, np.nan, 3]), 5).x == (1, 3)
