import pytest

from harness.errors import StudyError
from harness.study import cautions, too_few_replicates
from tests.findings.conftest import make_study


def study(replicates, rates, *metrics, **report):
    return make_study(
        design={"kind": "factorial", "replicates": replicates, "factors": {"model.dense_dropout": rates}},
        report={"metrics": list(metrics), **report},
    )


def test_a_budget_that_leaves_nothing_to_compare_is_a_warning(tiny):
    def said(trainings, replicates=5):
        return [one for one in cautions(tiny(budget={"trainings": trainings}, **{"design.replicates": replicates}))
                if "budget" in one]  # fmt: skip

    assert said(3) == [
        "budget.trainings = 3 leaves fewer than two trainings to some of 2 variants: nothing can be judged of these."
    ]
    assert said(4) == said(3, replicates=2) == []


def test_three_can_never_decide():
    assert too_few_replicates(study(3, [0.0, 0.5], "steps_to_target")) == (
        "With 3 replicates steps to target cannot be decided where a training misses its target: p is at least 0.1, "
        "and 0.05 is needed. 4 replicates can.",
    )


def test_five_decide_among_six_comparisons():
    six, seven = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert too_few_replicates(study(5, six, "steps_to_target")) == ()
    assert too_few_replicates(study({"min": 3, "max": 5}, six, "steps_to_target")) == ()
    assert too_few_replicates(study(5, seven, "steps_to_target", "parameters")) == (
        "With 5 replicates steps to target can be decided only after other comparisons where a training misses its "
        "target: p is at least 0.0079, and the first of 7 needs 0.0071. 6 replicates can.",
    )


def test_only_times_to_a_target_have_a_floor():
    assert too_few_replicates(study(3, [0.0, 0.5], "test_accuracy", "train_seconds")) == ()
    (sentence,) = too_few_replicates(study(3, [0.0, 0.5], "seconds_to_target", "test_accuracy", "steps_to_target"))
    assert sentence.startswith("With 3 replicates seconds to target and steps to target cannot be decided")


def test_one_replicate_decides_nothing():
    assert too_few_replicates(study(1, [0.0, 0.5], "test_accuracy")) == (
        "With 1 replicate no difference can be told from chance: no intervals, no verdicts.",
    )
    assert too_few_replicates(study(1, [0.0, 0.5], "parameters")) == ()


@pytest.mark.parametrize(
    ("replicates", "expected"),
    [
        (2, ("2 replicates are 2 of 3 folds: 3 hold out every image equally often.",)),
        (3, ()),
        (6, ()),
        (7, ("7 replicates are 2 repetitions of 3 folds and 1 more: 6 or 9 hold out every image equally often.",)),
    ],
)
def test_parts_that_are_left_over(replicates, expected):
    asked = make_study(
        data={"name": "digits", "validation": 479, "split": "k_fold"},
        design={"kind": "factorial", "replicates": replicates, "factors": {"model.dense_dropout": [0.0, 0.5]}},
        report={"metrics": ["val_accuracy"]},
    )
    assert cautions(asked) == expected


def test_margins_that_are_hardly_meant():
    assert cautions(study(3, [0.0, 0.5], "test_accuracy", margin={"test_accuracy": 0.05})) == ()
    assert cautions(study(3, [0.0, 0.5], "test_loss", margin={"test_loss": 0.5})) == ()
    assert cautions(study(3, [0.0, 0.5], "test_accuracy", margin={"test_accuracy": 0.5, "val_loss": 0.1})) == (
        "A margin of 0.5 lets accuracies up to 50 points apart count as equivalent. For 0.5 points write 0.005.",
        "The margin of validation loss is not used: report.metrics does not name 'val_loss'.",
    )
    with pytest.raises(StudyError, match=r"report: margin.test_accuracy must be below 1, got 1: it goes from 0"):
        study(3, [0.0, 0.5], "test_accuracy", margin={"test_accuracy": 1.0})
