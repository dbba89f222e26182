"""Metrics of frames and their names in MLflow."""

from __future__ import annotations

import pytest

from harness.metrics import IN_MLFLOW, METRICS, NAMED, RECORDED, from_mlflow, in_mlflow
from harness.trials import AT_AN_EVALUATION


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("val_accuracy", "val/accuracy"),
        ("train_loss", "train/loss"),
        ("train_seconds", "seconds/train"),
        ("seconds_to_target", "target/seconds"),
        ("parameters", "cost/parameters"),
        ("dead_features", "features/dead"),
        ("dead_features/conv_1", "features/dead/conv_1"),
        ("val_macro_f1", "val/macro_f1"),
        ("test_top_3_accuracy", "test/top_3_accuracy"),
        ("test_hits", "test_hits"),
        ("something_new", "something_new"),
        ("precision/7", "precision/7"),
    ],
)
def test_names_go_there_and_back(ours, theirs):
    assert in_mlflow(ours) == theirs
    assert from_mlflow(theirs) == ours
    assert from_mlflow(ours) == ours, "what earlier versions wrote is read too"


def test_every_number_of_a_trial_is_in_a_group_of_its_own_name():
    assert set(IN_MLFLOW) == {*RECORDED, *AT_AN_EVALUATION} >= set(METRICS) - set(NAMED)
    assert len(set(IN_MLFLOW.values())) == len(IN_MLFLOW)
    assert all(name.count("/") == 1 for name in IN_MLFLOW.values())
