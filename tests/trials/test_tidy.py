import numpy as np
import pandas as pd

from harness.metrics import NEED_FINITE
from harness.trials import (
    EQUAL_FOR_SECONDS,
    HISTORY_COLUMNS,
    TRIAL_COLUMNS,
    differing_places,
    tidy_history,
    tidy_trials,
)
from tests.findings.conftest import PLACE, make_study


def test_empty_frames_get_every_column(study):
    assert set(TRIAL_COLUMNS) | {"model.downsample"} == set(tidy_trials(study, pd.DataFrame()).columns)
    assert set(HISTORY_COLUMNS) == set(tidy_history(pd.DataFrame()).columns)


def test_trials_come_by_number_and_missing_text_is_empty(study, trials):
    tidy = tidy_trials(study, trials.iloc[::-1])
    assert tidy["trial"].tolist() == [0, 1, 2, 3, 4, 5]
    assert tidy["error"].tolist() == [""] * 6
    assert trials["error"].isna().all()  # the argument is left alone


def test_scores_of_networks_that_diverged_count_for_nothing(study, trials):
    """As earlier versions recorded them: class 0 for every image, and a target that this holds."""
    trials.loc[1, ["stop_reason", "steps_to_target", "val_accuracy"]] = ["not_finite", 20, 0.1]
    tidy = tidy_trials(study, trials)
    assert tidy.loc[1, list(NEED_FINITE)].isna().all()
    assert tidy.loc[1, ["parameters", "train_seconds", "steps"]].tolist() == [242_062, 8, 1000]
    assert tidy.loc[0, "test_accuracy"] == 0.986


def test_levels_of_mixed_kind_become_text():
    design = {"kind": "one_at_a_time", "factors": {"model.dense": [[128], [64, 32]]}}
    study = make_study(design=design)
    levels = pd.DataFrame({"trial": [0, 1, 2], "model.dense": [[128], np.array([64, 32]), None]})
    assert tidy_trials(study, levels)["model.dense"].tolist() == ["128", "64 32", ""]


def test_what_differs_between_places_is_named():
    def place(**changes):
        known = PLACE | changes
        return {name: np.array([known[name]], dtype=object) for name in EQUAL_FOR_SECONDS}

    assert differing_places([place(), place()]) == ""
    assert differing_places([place(workers=2.0), place(workers=1.0)]) == "workers 1 and 2"
    several = differing_places([place(device="gpu"), place(), place(threads=4)])
    assert several == "device cpu and gpu; threads 1 and 4"
