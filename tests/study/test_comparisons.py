import pytest

from harness.study import Family, comparisons_of
from tests.findings.conftest import make_study


@pytest.mark.parametrize(("report", "count"), [({}, 6), ({"compare": "all_pairs"}, 12)])
def test_comparisons(report, count):
    asked = make_study(
        design={"kind": "factorial", "replicates": 3, "factors": {"model.dense_dropout": [0.0, 0.1, 0.2, 0.3]}},
        report={"metrics": ["test_accuracy", "parameters", "test_loss"], **report},
    )
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
