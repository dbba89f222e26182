"""Names of the user's metrics, which bring their rows along."""

from __future__ import annotations

import copy
import pickle

import pytest

from harness.metrics import METRICS, OwnMetric, OwnName, forms_of, on_test_images, own_name, own_names, remembered

COST = OwnMetric("cost", "mine.py:cost", "lower", "euros", "cost of mistakes")


def test_a_name_is_the_text_and_brings_its_row_along():
    name = OwnName("val", COST)
    assert (name, hash(name), {name: 1}["val_cost"]) == ("val_cost", hash("val_cost"), 1)
    row = METRICS[name]
    assert (row.name, row.title, row.key, row.known) == (
        *("val_cost", "validation cost of mistakes"),
        *("val/cost", "evaluated"),
    )
    assert (row.better, row.split, row.direction, row.is_share, row.counts_images) == (
        *("lower", "validation", "minimize"),
        *(False, False),
    )
    assert name in METRICS
    assert "val_cost" not in METRICS, "what it is, the text alone does not tell"
    with pytest.raises(KeyError):
        METRICS["val_cost"]


def test_two_studies_may_have_different_ones_of_one_name():
    other = OwnMetric("cost", "theirs.py:cost", "higher", "share")
    assert [METRICS[OwnName("test", one)].better for one in (COST, other)] == ["lower", "higher"]
    assert [METRICS[OwnName("test", one)].show_with_unit(0.5) for one in (COST, other)] == ["0.5 euros", "50.00 %"]


@pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_it_keeps_its_row_wherever_it_is_taken(through):
    found = through({"metrics": (OwnName("test", COST),)})["metrics"][0]
    assert (found, METRICS[found]) == ("test_cost", COST.rows["test"])


def test_what_is_chosen_by_validation_images_is_judged_by_test_images():
    name = OwnName("val", COST)
    assert forms_of(name) == ("val_cost", "test_cost")
    assert METRICS[on_test_images(name)].split == "test"
    assert forms_of(OwnName("test", COST)) == ("test_cost",)


@pytest.mark.parametrize(
    ("unit", "value", "shown", "difference", "heading"),
    [
        ("euros", 12345.6, "12,346 euros", "+12.35 euros", "test cost (euros)"),
        ("", 0.123456, "0.1235", "+12.35", "test cost"),
        ("%", 98.25, "98.25 %", "+12.35 %", "test cost (%)"),
        ("share", 0.9825, "98.25 %", "+1234.56 points", "test cost (%)"),
    ],
)
def test_its_unit_stands_wherever_a_unit_stands(unit, value, shown, difference, heading):
    row = OwnMetric("cost", "mine.py:cost", unit=unit).rows["test"]
    assert (row.show_with_unit(value), row.show_difference(12.3456), row.heading) == (shown, difference, heading)


def test_a_goal_has_its_unit():
    assert COST.rows["val"].show_goal(900) == "a validation cost of mistakes of 900 euros"
    assert OwnMetric("gain", "", unit="share").rows["val"].show_goal(0.9) == "90 % validation gain"
    assert COST.rows["val"].show_goal(-2) == "a validation cost of mistakes of -2 euros"


def test_a_name_is_one_of_the_users_if_the_study_has_it():
    known = {"cost": COST}
    assert METRICS[own_name("test_cost", known)].better == "lower"
    for other in ("test_gain", "train_cost", "cost", "test_accuracy"):
        assert type(own_name(other, known)) is str
    assert own_names(known) == ["val_cost", "test_cost"]


def test_one_that_a_study_no_longer_has_is_called_by_its_name():
    assert METRICS[remembered("test_cost", {})].title == "test cost"
    assert METRICS[remembered("test_cost", {"cost": COST})].title == "test cost of mistakes"
    assert [type(remembered(name, {})) for name in ("test_macro_f1", "test_accuracy")] == [str, str]
