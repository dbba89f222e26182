import optuna
import pandas as pd
import pytest

from harness.reports import report


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


def test_optuna_logs_afterwards_as_it_did_before(search):
    before = optuna.logging.get_verbosity()
    try:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        report(*search, pd.DataFrame())
        assert optuna.logging.get_verbosity() == optuna.logging.ERROR
    finally:
        optuna.logging.set_verbosity(before)
