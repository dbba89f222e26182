import math

import pandas as pd
import pytest

from harness.errors import UsageError
from harness.trials import choose_trials, trial_facts

TRIALS = pd.DataFrame(
    {
        "trial": [2, 0, 1, 3],
        "variant": ["rate=0.1", "base", "rate=0.01", "base"],
        "replicate": [0, 0, 0, 1],
        "phase": ["design", "design", "design", "confirm"],
        "status": ["finished", "finished", "failed", "finished"],
        "test_accuracy": [0.9, 0.8, math.nan, 0.95],
        "test_loss": [0.3, math.inf, math.nan, 0.1],
        "val_loss": [math.nan] * 4,
        "train.learning_rate": [0.1, 1.0, 0.01, 1.0],
        "started": pd.to_datetime(["2026-01-02 03:04:05", None, None, None], utc=True),
    }
)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [0, 1, 2, 3]),
        ({"statuses": ["failed"]}, [1]),
        ({"variants": ["base"]}, [0, 3]),
        ({"variants": ["rate"]}, [1, 2]),
        ({"variants": ["rate=0.1"]}, [2]),  # a whole label is that variant alone
        ({"variants": ["base"], "replicates": [1]}, [3]),
        ({"phases": ["design"], "most": 2}, [0, 1]),
        ({"by": "test_accuracy"}, [3, 2, 0, 1]),
        ({"by": "test_loss", "statuses": ["finished"]}, [3, 2, 0]),
    ],
)
def test_what_is_chosen_and_in_which_order(asked, numbers):
    assert choose_trials(TRIALS, **asked)["trial"].tolist() == numbers


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"statuses": ["finish"]}, "status must be one of finished, pruned, failed, killed, got 'finish'"),
        ({"variants": ["bsae"]}, "no trial has a variant 'bsae'. Did you mean 'base'?"),
        ({"replicates": [7]}, "replicate must be one that a trial has, got 7. The trials have 0 to 1."),
        ({"phases": ["x"]}, "phase must be one of design, search, confirm, got 'x'"),
        ({"by": "val_loss"}, "no trial of this study has a metric 'val_loss'. There are: test_accuracy, test_loss."),
    ],
)
def test_what_there_is_not_is_refused(asked, message):
    with pytest.raises(UsageError) as error:
        choose_trials(TRIALS, **asked)
    assert str(error.value).startswith(message)


def test_the_facts_of_a_trial_are_what_json_has():
    first, second, *_ = trial_facts(TRIALS)
    assert first == {
        "trial": 2, "run_id": None, "variant": "rate=0.1", "digest": None, "replicate": 0, "phase": "design",
        "status": "finished", "stop_reason": None, "error": None,
        "settings": {"train.learning_rate": 0.1},
        "metrics": {"test_accuracy": 0.9, "test_loss": 0.3},
        "place": dict.fromkeys(["processor", "device", "backend", "threads", "workers", "pack"]),
        "started": "2026-01-02T03:04:05Z", "ended": None,
    }  # fmt: skip
    assert second["metrics"] == {"test_accuracy": 0.8, "test_loss": None}
    assert second.keys() == first.keys()
