import pytest

from harness.errors import DataError
from harness.findings.facts import facts_of


def test_a_trial_that_says_what_cannot_be_is_left_out_of_a_frame_of_ones_own_too(study, trials, history):
    trials.loc[1, "test_accuracy"] = 98.7
    facts = facts_of(study, trials, history)
    assert [one.trial for one in facts.left_out] == ["1"]
    assert facts.trials["trial"].tolist() == [0, 2, 3, 4, 5]


def test_a_frame_without_a_column_that_is_needed_is_refused_in_one_line(study, trials, history):
    with pytest.raises(DataError, match=r"^trials: the column 'replicate' is missing\.$"):
        facts_of(study, trials.drop(columns="replicate"), history)
