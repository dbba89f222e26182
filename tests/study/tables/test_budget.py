import pytest

from harness.errors import StudyError
from harness.study import Adaptive
from harness.study.tables.budget import expand_until


def test_a_budget_is_no_part_of_what_a_study_means(tiny):
    limited = tiny(budget={"minutes": 30, "trainings": 3})
    assert (limited.budget.minutes, limited.budget.trainings, limited.budget.until) == (30.0, 3, None)
    assert limited.digest == tiny().digest
    assert limited.meaning() == tiny().meaning()
    assert [one.digest for one in limited.variants] == [one.digest for one in tiny().variants]


@pytest.mark.parametrize(("replicates", "most"), [({"design.replicates": 12}, 12), ({"design.replicates": None}, 30)])
def test_until_decided_is_another_word_for_adaptive_replicates(tiny, replicates, most):
    study = tiny(budget={"until": "decided"}, **replicates)
    assert study.design.replicates == Adaptive(min=3, max=most)
    assert study.design.adaptive
    assert study.given["design"]["replicates"] == {"min": 3, "max": most}
    assert study.digest == tiny().digest


def test_replicates_that_say_so_themselves_stay(tiny):
    study = tiny(budget={"until": "decided"}, **{"design.replicates": {"min": 2, "max": 9}})
    assert study.design.replicates == Adaptive(min=2, max=9)


def test_what_is_given_is_not_changed():
    given = {"budget": {"until": "decided"}, "design": {"kind": "factorial", "replicates": 5}}
    assert expand_until(given)["design"]["replicates"] == {"min": 3, "max": 5}
    assert given["design"]["replicates"] == 5


SEARCH = {"kind": "search", "trials": 9, "space": {"model.dense": [[16], [8]]}, "confirm": {"replicates": 2}}
SCREENING = {
    "kind": "screening",
    "factors": {
        "model.dense": [[16], [8]], "model.downsample": ["max_pool", "stride"], "train.batch_size": [32, 16],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": {"minutes": 0}}, "budget.minutes must be above 0, got 0. E.g. 30."),
        ({"budget": {"trainings": 0}}, "budget.trainings must be at least 1, got 0. E.g. 40."),
        ({"budget": {"minute": 3}}, "unknown key 'minute' in [budget], got 3. Did you mean 'minutes'?"),
        (
            {"budget": {"until": "decided"}},
            "design.replicates must be above 3 with budget.until = 'decided', got 2: it is how many there may be",
        ),
        (
            {"budget": {"until": "decided"}, "design": SEARCH},
            "budget.until must not be 'decided' with kind = 'search', which is judged once, when all is there.",
        ),
        ({"budget": {"until": "decided"}, "design": SCREENING}, "with kind = 'screening', which is judged once"),
        (
            {"budget": {"until": "decided"}, "report.compare": "all_pairs", "design.replicates": 9},
            "budget.until must not be 'decided' with report.compare = 'all_pairs'",
        ),
        (
            {"budget": {"trainings": 4}, "design": SEARCH},
            "budget.trainings must be at least 5, one of the search and 4 to confirm what it finds, got 4.",
        ),
    ],
)
def test_budgets_that_cannot_be(tiny, changes, message):
    with pytest.raises(StudyError) as caught:
        tiny(**changes)
    assert message in str(caught.value)
