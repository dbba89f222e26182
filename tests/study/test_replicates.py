import pytest

from harness.errors import StudyError
from harness.study import Family, cautions, comparisons_of, too_few_replicates
from tests.findings.conftest import make_study


def study(replicates, rates, *metrics, **report):
    return make_study(
        design={"kind": "factorial", "replicates": replicates, "factors": {"model.dense_dropout": rates}},
        report={"metrics": list(metrics), **report},
    )


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


@pytest.mark.parametrize(("report", "count"), [({}, 6), ({"compare": "all_pairs"}, 12)])
def test_comparisons(report, count):
    asked = study(3, [0.0, 0.1, 0.2, 0.3], "test_accuracy", "parameters", "test_loss", **report)
    assert comparisons_of(asked, 3) == Family(cells=count)
    assert comparisons_of(asked, 3).level == 0.05 / count


def grid(**factors):
    return make_study(
        design={"kind": "factorial", "replicates": 5, "factors": {f"model.{name}": of for name, of in factors.items()}},
        report={"metrics": ["test_accuracy", "steps_to_target", "parameters"]},
    )


def test_effects_are_compared_too():
    asked = grid(dense_dropout=[0.0, 0.25, 0.5], conv_dropout=[0.0, 0.5])
    # two metrics; 5 cells, (3 - 1) + (2 - 1) main effects, 2 x 1 interactions
    family = comparisons_of(asked, 5)
    assert family == Family(cells=10, mains=6, interactions=4)
    assert family.of_a_main == pytest.approx(14 / 6)
    assert family.level == pytest.approx(0.025 / 14)  # half of the error is the main effects'
    assert comparisons_of(asked, 5, ["steps_to_target"]) == Family(cells=10, mains=3, interactions=2)


def test_many_interactions_are_not_tested():
    levels = [round(0.05 * place, 2) for place in range(7)]
    assert comparisons_of(grid(dense_dropout=levels, conv_dropout=levels), 48).interactions == 0  # 36 a metric


@pytest.mark.parametrize(
    ("replicates", "expected"),
    [
        (2, ("2 replicates are 2 of 3 parts: 3 hold out every image equally often.",)),
        (3, ()),
        (6, ()),
        (7, ("7 replicates are 2 repetitions of 3 parts and 1 more: 6 or 9 hold out every image equally often.",)),
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
    with pytest.raises(StudyError, match=r"report: margin.test_accuracy must be below 1, got 1: accuracies go from 0"):
        study(3, [0.0, 0.5], "test_accuracy", margin={"test_accuracy": 1.0})
