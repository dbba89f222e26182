import numpy as np
import pandas as pd
import pytest

from harness.errors import StudyError
from harness.findings.facts import facts_of
from harness.findings.questions import other_targets
from tests.findings.conftest import make_study, trial

REPORT = {"metrics": ["test_accuracy"], "levels": [0.5, 0.9]}
STEPS = np.arange(100, 600, 100)


def evaluations(number, accuracies):
    """Evaluations every 100 steps, a second each."""
    return pd.DataFrame(
        {"trial": number, "step": STEPS, "train_seconds": STEPS / 100.0, "val_accuracy": np.array(accuracies)}
    )


def section(base, stride, **changes):
    study = make_study(report=REPORT, **changes)
    rows, history = [], []
    for settings, curves in (({}, base), ({"model.downsample": "stride"}, stride)):
        for replicate, curve in enumerate(curves):
            number = len(rows)
            rows.append(trial(study, number, settings, replicate, steps=500, train_seconds=5.0))
            history.append(evaluations(number, curve))
    (found,) = other_targets.analyse(facts_of(study, pd.DataFrame(rows), pd.concat(history))).sections
    return found.table


BASE = [(0.4, 0.6, 0.8, 0.9, 0.95)] * 3
TWICE_AS_FAST = [(0.6, 0.91, 0.8, 0.9, 0.95)] * 3


def test_each_value_has_its_own_times():
    table = section(BASE, TWICE_AS_FAST)
    assert table.headings[3:] == (
        "steps", "times the base's, 95 % interval", "seconds", "times the base's, 95 % interval",
    )  # fmt: skip
    assert [row[:4] for row in table.rows] == [
        ("50 % validation accuracy", "base", "3 of 3", "200 (200 to 200)"),
        ("", "downsample=stride", "3 of 3", "100 (100 to 100)"),
        ("90 % validation accuracy", "base", "3 of 3", "400 (400 to 400)"),
        ("", "downsample=stride", "3 of 3", "200 (200 to 200)"),
    ]
    assert [row[4] for row in table.rows] == ["–", "0.50 times"] * 2
    assert [row[5].split(" (")[0] for row in table.rows] == ["2.00", "1.00", "4.00", "2.00"]


def test_as_many_evaluations_in_a_row_are_asked_as_of_the_target():
    target = {"metric": "val_accuracy", "value": 0.97, "in_a_row": 2, "stop": False}
    table = section(BASE, TWICE_AS_FAST, target=target)
    assert [row[3].split(" (")[0] for row in table.rows] == ["300", "200", "500", "500"]


def test_who_never_reaches_it_counts():
    table = section(BASE, [(0.4, 0.6, 0.8, 0.85, 0.89)] * 3)
    assert table.rows[3][2:4] == ("0 of 3", "over half missed")


def test_nothing_without_levels():
    study = make_study()
    rows = pd.DataFrame([trial(study, 0, {}, 0)])
    assert other_targets.analyse(facts_of(study, rows, evaluations(0, BASE[0]))).sections == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": None}, "report.levels needs a [target], whose metric they are values of. Add one."),
        (
            {"report": {"metrics": ["test_accuracy"], "levels": [90]}},
            "report.levels must be between 0 and 1, got 90. They are values of target.metric.",
        ),
        (
            {"report": {"metrics": ["test_accuracy"], "levels": [0.9, 0.9]}},
            "report.levels must differ, got [0.9, 0.9]. Remove the repeated one.",
        ),
    ],
)
def test_levels_are_values_of_the_target(changes, message):
    with pytest.raises(StudyError) as caught:
        make_study(**{"report": REPORT, **changes})
    assert message in str(caught.value)
