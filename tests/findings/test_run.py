import math

import numpy as np
import pandas as pd
import pytest

from harness.findings.run import best_of, ended, figures
from harness.study import TargetSpec
from tests.findings.conftest import PLACE

TARGET = {"metric": "val_accuracy", "value": 0.98}


@pytest.fixture
def row():
    return {
        **PLACE,
        "threads": np.int64(1),
        "trial": 7,
        "run_id": "0123456789abcdef0123456789abcdef",
        "variant": "downsample=stride",
        "replicate": 3,
        "phase": "design",
        "status": "finished",
        "stop_reason": "target",
        "error": None,
        "started": pd.Timestamp("2026-01-31 12:00:00", tz="UTC"),
        "steps": 1000.0,
        "epochs": 1.1636,
        "steps_to_target": 800.0,
        "seconds_to_target": 1.25,
        "train_seconds": 1.5,
        "refit_seconds": math.nan,
        "images_per_second": 42_666.7,
        "val_accuracy": 0.9812,
        "val_loss": 0.0654,
        "test_accuracy": 0.9801,
        "parameters": 242_062.0,
    }


def test_figures_have_their_units_and_what_was_not_measured_is_left_out(row):
    assert figures(row) == {
        "measured": (
            ("validation accuracy", "98.12 %"),
            ("validation loss", "0.0654"),
            ("test accuracy", "98.01 %"),
        ),
        "progress": (
            ("steps", "1,000"),
            ("epochs", "1.164"),
            ("steps to target", "800"),
            ("seconds to target", "1.25 s"),
            ("images per second", "42,667"),
        ),
        "seconds": (("train", "1.50"),),
        "network": (("parameters", "242,062"),),
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"stop_reason": "plateau"}, "finished: no longer improved"),
        ({"status": "failed", "stop_reason": None, "error": "out of memory"}, "failed: out of memory"),
        ({"status": "running", "stop_reason": None}, "running"),
    ],
)
def test_how_it_ended(row, changes, text):
    assert ended(TargetSpec(**TARGET), {**row, **changes}) == text


def test_best_is_the_highest_accuracy_and_the_lowest_loss():
    assert best_of("val_accuracy", [math.nan, 0.5, 0.9, 0.9, 0.8]) == 2
    assert best_of("val_loss", [0.5, 0.1, math.nan, 0.2]) == 1
    assert best_of("val_loss", [math.nan]) == 0
