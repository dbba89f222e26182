import pandas as pd
import pytest

from harness.errors import DataError
from harness.trials import LeftOut, sift


def test_sound_tables_come_back_as_they_are(trials, history):
    sound, evaluations, said = sift(trials, history)
    assert said == ()
    pd.testing.assert_frame_equal(sound, trials)
    pd.testing.assert_frame_equal(evaluations, history)


def test_columns_that_are_not_known_are_let_be(trials, history):
    """A later version of harness, or a notebook, has metrics of its own."""
    trials["top_2_accuracy"], history["note"] = 7.0, "mine"
    sound, evaluations, said = sift(trials, history)
    assert said == ()
    assert sound["top_2_accuracy"].tolist() == [7.0] * 6
    assert set(evaluations["note"]) == {"mine"}


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("test_accuracy", 7.0, "a number from 0 to 1, got 7.0"),
        ("train_seconds", -1.0, "a number from 0 to 1e+12, got -1.0"),
        ("threads", 0, "a whole number of at least 1, of at most 53 bits, got 0"),
        ("phase", "tuning", "one of design, search, confirm, got 'tuning'"),
        ("digest", "abc", "12 hexadecimal digits, got 'abc'"),
    ],
)
def test_a_trial_that_says_what_cannot_be_is_left_out_with_its_evaluations(trials, history, column, value, rule):
    trials = trials.astype({column: object})
    trials.loc[1, column] = value
    sound, evaluations, said = sift(trials, history)
    assert said == (LeftOut(f"{1:032x}", "1", f"its {column} must be {rule}"),)
    assert sound["trial"].tolist() == [0, 2, 3, 4, 5]
    assert 1 not in set(evaluations["trial"])


def test_a_table_without_a_column_that_is_needed_is_refused_in_one_line(trials, history):
    with pytest.raises(DataError, match=r"^trials: the column 'digest' is missing\.$"):
        sift(trials.drop(columns="digest"), history)
    with pytest.raises(DataError, match=r"^history: the column 'step' is missing\.$"):
        sift(trials, history.drop(columns="step"))


def test_a_table_without_rows_need_not_have_columns():
    trials, history, said = sift(pd.DataFrame(), pd.DataFrame())
    assert (len(trials), len(history), said) == (0, 0, ())
    assert {"trial", "digest", "status"} <= set(trials.columns)


def test_a_trial_without_a_status_is_left_out(trials, history):
    trials["status"] = trials["status"].astype("string")
    trials.loc[1, "status"] = pd.NA
    sound, _, said = sift(trials, history)
    assert len(sound) == 5
    assert "its status must be one of" in str(said)
