import math

import numpy as np
import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, make_study, trial

SPACE = {"train.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}}
NOTHING = pd.DataFrame()


def search(objectives=("val_accuracy",)):
    design = {"kind": "search", "trials": 4, "space": SPACE, "objectives": list(objectives)}
    return make_study(design=design, report={"metrics": ["test_accuracy"]}, target=None)


def explored(study, number, rate, accuracy, **values):
    return trial(study, number, {"train.learning_rate": rate}, 0, phase="search", val_accuracy=accuracy, **values)


def test_a_row_by_hand(study, trials, history):
    base, stride = report(study, trials, history).rows
    assert (base.label, base.title) == ("base", "base (downsample=max_pool)")
    assert stride.title == "downsample=stride"
    assert (base.finished, base.failed, base.killed, base.pruned) == (3, 0, 0, 0)
    # 98.6, 98.7, 98.8: mean 98.7, standard deviation 0.1, half width 4.30265 * 0.1 / sqrt 3 = 0.248
    assert base.scores["test_accuracy"].estimate == pytest.approx(0.987)
    assert base.scores["test_accuracy"].low == pytest.approx(0.987 - 0.00248414, abs=1e-7)
    assert stride.scores["val_accuracy"].estimate == pytest.approx(0.984)
    assert base.reached == 3
    # the cube root of 500 * 600 * 700; logarithms vary by 0.16844, and 4.30265 * 0.16844 / sqrt 3 is 0.41843
    assert base.steps_to_target.estimate == pytest.approx(594.392, abs=1e-3)
    assert base.steps_to_target.high == pytest.approx(594.392 * 1.51957, rel=1e-4)
    assert stride.seconds_to_target.estimate == pytest.approx((2.0 * 2.5 * 3.0) ** (1 / 3))
    assert base.medians == ()
    assert (base.counts["parameters"], stride.counts["parameters"]) == (242_062, 121_031)
    assert base.images_per_second == pytest.approx(8962.81, abs=1e-2)  # of 8,000, 9,000 and 10,000
    assert base.trials == (0, 1, 2)


def test_the_reference_is_first_whatever_the_order_of_the_trials(study, trials, history):
    assert [row.label for row in report(study, trials.iloc[::-1], history).rows] == ["base", "downsample=stride"]


def test_without_the_base_the_first_combination_is_the_reference():
    design = {"kind": "factorial", "factors": {"model.downsample": ["stride", "average_pool"]}}
    study = make_study(design=design)
    rows = report(study, pd.DataFrame([trial(study, 0, {"model.downsample": "average_pool"}, 0)]), NOTHING).rows
    assert [row.title for row in rows] == ["downsample=stride", "downsample=average_pool"]
    assert rows[0].finished == 0


def test_censored_trials_are_counted_and_move_the_median(study, trials, history):
    trials.loc[trials["trial"] == 3, ["seconds_to_target", "steps_to_target"]] = np.nan
    stride = report(study, trials, history).rows[1]
    assert stride.reached == 2
    assert stride.medians == ("steps_to_target", "seconds_to_target")
    assert stride.steps_to_target.estimate == 800  # 700, 800 and one watched to 1000
    trials.loc[trials["trial"] == 4, ["seconds_to_target", "steps_to_target"]] = np.nan
    assert report(study, trials, history).rows[1].steps_to_target.estimate == math.inf


def test_a_training_that_broke_off_counts_as_a_miss_forever(study, trials, history):
    broken = {"stop_reason": "not_finite", "steps": 50, "seconds_to_target": np.nan, "steps_to_target": np.nan}
    for name, value in broken.items():
        trials.loc[trials["trial"] == 3, name] = value
    # Watched for 50 steps only, it would have left the risk set before 700: the median would be 700.
    assert report(study, trials, history).rows[1].steps_to_target.estimate == 800


def test_unfinished_trials_are_counted_by_kind_and_left_out(study, trials, history):
    trials.loc[trials["trial"] == 3, ["status", "error"]] = ["failed", "out of memory"]
    trials.loc[trials["trial"] == 4, "status"] = "killed"
    row = report(study, trials, history).rows[1]
    assert (row.finished, row.failed, row.killed) == (1, 1, 1)
    assert row.error == "out of memory"
    assert math.isnan(row.scores["test_accuracy"].low)


def test_seconds_of_different_places_are_withheld(study, trials, history):
    trials.loc[trials["trial"] == 5, "workers"] = 1
    base, stride = report(study, trials, history).rows
    assert base.withheld == ""
    assert stride.withheld == "workers 1 and 2"
    assert stride.seconds_to_target is None
    assert math.isnan(stride.images_per_second)
    assert stride.steps_to_target.estimate == pytest.approx(695.205, abs=1e-3)


def test_seconds_beside_which_others_used_the_machine_are_left_out_and_nothing_else_is(study, trials, history):
    trials.loc[trials["trial"] == 0, ["foreign_load", "seconds_to_target", "images_per_second"]] = [0.6, 40.0, 800.0]
    trials.loc[trials["trial"] == 4, "studies_beside"] = 1
    found = report(study, trials, history)
    base, stride = found.rows
    assert (base.timed, stride.timed) == ((1, 2), (3, 5))
    assert (base.finished, base.reached, base.scores["test_accuracy"].n) == (3, 3, 3)
    assert base.seconds_to_target.estimate == pytest.approx(30**0.5)  # of 5 and 6
    assert base.images_per_second == pytest.approx(9486.83, abs=1e-2)  # of 9,000 and 10,000
    accuracy, seconds, _ = stride.contrasts
    assert (accuracy.pairs, seconds.pairs) == (3, 0)
    assert seconds.note == "not compared: others used the machine in 2 of 3 pairs"
    assert (
        "Seconds of 2 of 6 trials are left out: others used the machine while they ran, another study beside 1 of them."
        in found.remarks
    )


def test_no_target_and_no_validation():
    study = make_study(target=None, report={}, data={"name": "mnist", "validation": 0})
    rows = [trial(study, place, settings, 0, val_accuracy=np.nan) for place, settings in enumerate((POOL, STRIDE))]
    comparison = report(study, pd.DataFrame(rows), NOTHING)
    assert comparison.scored == ("train_accuracy", "test_accuracy")
    assert comparison.rows[0].reached is None
    assert comparison.rows[0].steps_to_target is None
    assert comparison.rows[0].scores["train_accuracy"].estimate == 0.985


def test_a_variant_outside_the_plan_is_appended(study, trials, history):
    other = trials.iloc[[0]].assign(trial=6, digest="0" * 12, variant="base", **{"model.downsample": "none"})
    rows = report(study, pd.concat([trials, other]), history).rows
    assert [row.label for row in rows] == ["base", "downsample=stride", "base [0000]"]
    assert rows[2].settings == {"model.downsample": "none"}


def test_search_rows_confirmed_first_then_best_then_unfinished():
    study = search()
    rows = [
        explored(study, 0, 1e-4, 0.97),
        explored(study, 1, 1e-3, 0.99),
        explored(study, 2, 2e-3, 0.985),
        explored(study, 3, 3e-3, np.nan, status="pruned"),
        explored(study, 4, 4e-3, 0.98),
    ]
    for replicate, accuracy in enumerate((0.984, 0.986)):
        confirming = {"phase": "confirm", "val_accuracy": accuracy}
        rows.append(trial(study, 5 + replicate, {"train.learning_rate": 1e-3}, 100 + replicate, **confirming))
    comparison = report(study, pd.DataFrame(rows), NOTHING)
    labels = [row.label for row in comparison.rows]
    assert labels == ["base", *(f"learning_rate=0.00{rate}" for rate in "1243")]
    best = comparison.rows[1]
    assert best.phase == "confirm"
    assert best.scores["val_accuracy"].estimate == pytest.approx(0.985)  # without the lucky 0.99
    assert comparison.rows[4].pruned == 1
    assert all(row.contrasts == () for row in comparison.rows)  # the base was not trained afresh


def test_pareto_rows_by_hand():
    study = search(("val_accuracy", "parameters"))
    measured = [(0.97, 100), (0.99, 300), (0.98, 200), (0.975, 250), (np.nan, 50)]
    rows = [
        explored(study, number, 1e-4 * (number + 1), accuracy, parameters=parameters)
        for number, (accuracy, parameters) in enumerate(measured)
    ]
    rows[4]["status"] = "failed"
    found = {row.trials[0] if row.trials else 4: row.pareto for row in report(study, pd.DataFrame(rows), NOTHING).rows}
    assert found == {0: True, 1: True, 2: True, 3: False, 4: False}
