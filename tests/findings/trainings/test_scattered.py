import numpy as np
import pytest

from harness.findings.groups import group_trials
from harness.findings.trainings.scattered import why_apart
from harness.trials import tidy_trials
from tests.findings.conftest import make_study

NOTHING = np.zeros(0)


@pytest.fixture
def base(study, trials):
    """Return what makes the group of the base, with columns changed."""

    def changed(**columns):
        return group_trials(study, tidy_trials(study, trials.assign(**columns)))[0]

    return changed


def test_trainings_that_end_close_to_each_other_have_a_mean(base):
    assert why_apart(base(), np.array([0.95, 0.97, 0.99])) == ""
    assert why_apart(base(dead_classes=[0.0] * 6), NOTHING) == ""


def test_a_gap_of_more_than_five_points_parts_them(base):
    assert why_apart(base(), np.array([0.90, 0.95, 0.99])) == ""  # five
    assert why_apart(base(), np.array([0.99, 0.90, 0.96])) == "their ends leave a gap of 6 points"


def test_one_that_diverged_or_never_predicts_a_class_is_enough(base):
    assert why_apart(base(stop_reason=["not_finite", *["maximum"] * 5]), NOTHING) == "1 of 3 diverged"
    assert why_apart(base(dead_classes=[0.0, 1, 0, 0, 0, 0]), NOTHING) == "1 of 3 never predict some class"


def test_a_single_training_is_no_crowd(trials):
    study = make_study()
    alone = group_trials(study, tidy_trials(study, trials.iloc[:1].assign(dead_classes=2.0)))[0]
    assert why_apart(alone, np.array([0.3])) == ""
