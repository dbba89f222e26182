"""Tables of earlier versions, in which networks that diverged have accuracies and targets."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from harness.metrics import NEED_FINITE
from harness.trials import tidy_history, tidy_trials, without_divergence, without_lost_accuracies
from tests.findings.conftest import history, study, trials  # noqa: F401  fixtures


@pytest.mark.parametrize("split", ["train", "val", "test"])
@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_an_accuracy_whose_loss_is_no_number_is_of_a_network_that_diverged(study, trials, split, loss):  # noqa: F811
    trials.loc[1, [f"{split}_loss", "stop_reason"]] = [loss, "target"]
    tidy = tidy_trials(study, trials)
    assert tidy["stop_reason"].tolist() == ["maximum", "not_finite", *["maximum"] * 4]
    assert tidy.loc[1, [name for name in NEED_FINITE if name in trials]].isna().all()
    assert tidy.loc[1, ["parameters", "train_seconds", "steps"]].tolist() == [242_062, 8, 1000]
    assert tidy.loc[0, ["test_accuracy", "seconds_to_target"]].tolist() == [0.986, 4.0]
    assert trials.loc[1, "stop_reason"] == "target", "the argument is left alone"


def test_losses_that_nobody_noted_tell_nothing(study, trials):  # noqa: F811
    trials["val_loss"] = math.nan
    tidy = tidy_trials(study, trials.drop(columns="test_loss"))
    assert set(tidy["stop_reason"]) == {"maximum"}
    assert tidy["test_accuracy"].tolist() == trials["test_accuracy"].tolist()
    assert set(without_divergence(trials, every_loss=True)["stop_reason"]) == {"not_finite"}


def test_what_has_no_result_has_not_diverged(study, trials):  # noqa: F811
    trials.loc[1, ["val_loss", "status", "stop_reason"]] = [math.nan, "killed", ""]
    assert tidy_trials(study, trials).loc[1, "stop_reason"] == ""


def test_evaluations_of_a_network_that_had_diverged_have_no_accuracy(history):  # noqa: F811
    at = history.index[5]
    history.loc[at, "val_loss"] = math.inf
    tidy = tidy_history(history)
    assert tidy["val_accuracy"].isna().sum() == 1
    assert np.isnan(tidy.loc[(tidy["trial"] == 0) & (tidy["step"] == 500), "val_accuracy"].item())
    bare = pd.DataFrame({f"{split}_{what}": [0.5, math.nan][what == "loss"] for split in ("train", "val", "test")
                         for what in ("loss", "accuracy")}, index=[0])  # fmt: skip
    assert without_lost_accuracies(bare)["val_accuracy"].tolist() == [0.5]
    assert without_lost_accuracies(bare, every_loss=True)["val_accuracy"].isna().all()
