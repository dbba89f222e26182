import numpy as np
import pandas as pd

from harness.metrics import NEED_FINITE
from harness.trials import (
    EQUAL_FOR_SECONDS,
    HISTORY_COLUMNS,
    TRIAL_COLUMNS,
    differing_places,
    disturbed,
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
        known = PLACE | {"processor_model": "", "instructions": ""} | changes
        return {name: np.array([known[name]], dtype=object) for name in EQUAL_FOR_SECONDS}

    assert differing_places([place(), place()]) == ""
    assert differing_places([place(workers=2.0), place(workers=1.0)]) == "workers 1 and 2"
    several = differing_places([place(device="gpu"), place(), place(threads=4)])
    assert several == "device cpu and gpu; threads 1 and 4"


def test_processors_of_one_name_are_told_apart_and_from_those_that_older_records_only_name():
    def places(*instructions):
        return [
            {name: np.array([(PLACE | {"processor_model": "", "instructions": found})[name]], dtype=object)
             for name in EQUAL_FOR_SECONDS}
            for found in instructions
        ]  # fmt: skip

    assert differing_places(places("avx2", "avx2+avx512_bf16")) == "instructions avx2 and avx2+avx512_bf16"
    assert differing_places(places("avx2", "")) == "instructions avx2 and unknown"


def test_seconds_do_not_count_where_others_had_a_twentieth_of_a_core_or_another_study_trained():
    columns = {
        "foreign_load": np.array([np.nan, 0.0, 0.05, 0.051, 0.0, 1.9]),
        "studies_beside": np.array([np.nan, 0.0, 0.0, 0.0, 1.0, 2.0]),
    }
    assert disturbed(columns, 6).tolist() == [False, False, False, True, True, True]
    assert disturbed({}, 2).tolist() == [False, False]  # of earlier versions
