import math

import pandas as pd

from harness.findings.listing import trials_table

TRIALS = pd.DataFrame({
    "trial": [3, 4], "variant": ["base", "downsample=stride"], "replicate": [0, 1], "status": ["finished", "failed"],
    "phase": ["design", "design"], "test_accuracy": [0.975, math.nan], "train_seconds": [1.234, math.nan],
    "val_accuracy": [0.98, math.nan], "steps": [math.nan, math.nan],
})  # fmt: skip


def test_what_the_study_judges_then_what_was_sorted_by_and_how_long_it_took(tiny):
    study = tiny(**{"report": {"metrics": ["test_accuracy"]}})
    table = trials_table(study, TRIALS)
    assert table.headings == ("run", "variant", "rep", "status", "test accuracy (%)", "validation accuracy (%)",
                              "training seconds")  # fmt: skip
    assert table.rows == (
        ("#3", "base", "0", "finished", "97.50", "98.00", "1.23"),
        ("#4", "downsample=stride", "1", "failed", "–", "–", "–"),
    )
    assert trials_table(study, TRIALS, by="val_accuracy").headings[4] == "validation accuracy (%)"


def test_what_they_are_for_is_shown_where_it_differs(tiny):
    table = trials_table(tiny(), TRIALS.assign(phase=["search", "confirm"]), ["train_seconds"])
    assert table.headings == ("run", "variant", "rep", "phase", "status", "training seconds")
    assert table.numeric == (False, False, True, False, False, True)
    assert table.rows[1][3] == "confirm"
