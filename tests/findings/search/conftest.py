import numpy as np
import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import make_study, trial

SPACE = {"train.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}, "model.downsample": ["max_pool", "stride"]}


@pytest.fixture
def search():
    """A search of 20 trials whose accuracy follows the learning rate, and the downsampling not at all."""
    study = make_study(
        target=None,
        report=None,
        design={"kind": "search", "trials": 20, "space": SPACE, "sampler": "random"},
    )
    rates = 10 ** np.random.default_rng(4).uniform(-4, -2, 20)
    rows = []
    for number, rate in enumerate(rates):
        settings = {"train.learning_rate": float(rate), "model.downsample": ["max_pool", "stride"][number % 2]}
        accuracy = 0.9 + 0.02 * (np.log10(rate) + 4)
        rows.append(trial(study, number, settings, 0, phase="search", val_accuracy=accuracy))
    return study, pd.DataFrame(rows)


@pytest.fixture
def two_objectives():
    """A search for accuracy and few parameters, of which two variants were confirmed."""
    study = make_study(
        target=None,
        design={
            "kind": "search", "trials": 4, "objectives": ["val_accuracy", "parameters"], "sampler": "random",
            "space": {"model.dense.0": {"low": 8, "high": 128}},
            "confirm": {"reaching": [0.98, 0.99, 0.999], "top": 1, "replicates": 2},
        },
        report=None,
    )  # fmt: skip
    measured = {128: (0.992, 1280), 64: (0.985, 640), 32: (0.984, 700), 16: (0.85, 90), 8: (0.9, 80)}
    rows = [
        trial(study, number, {"model.dense.0": units}, 0, phase="search", val_accuracy=accuracy, parameters=count)
        for number, (units, (accuracy, count)) in enumerate(measured.items())
    ]
    for replicate in (1000, 1001):
        for units, test in ((128, 0.991), (64, 0.979 + 0.002 * (replicate - 1000))):
            rows.append(
                trial(study, len(rows), {"model.dense.0": units}, replicate, phase="confirm", val_accuracy=test,
                      test_accuracy=test, parameters=measured[units][1])
            )  # fmt: skip
    return report(study, pd.DataFrame(rows), pd.DataFrame())
