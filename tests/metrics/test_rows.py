import math
from dataclasses import fields

import pytest

from harness.metrics import (
    CHOOSABLE,
    CLOCKS,
    EVALUATED,
    METRICS,
    NAMED,
    NEED_FINITE,
    PROBES,
    RECORDED,
    ROWS,
    known,
    on_test_images,
)
from harness.records import Clocks


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("val_accuracy", 0.98765, "98.77"),
        ("test_loss", 0.05678, "0.0568"),
        ("seconds_to_target", 4.0, "4.00"),
        ("seconds_to_target", 1234.5, "1,234"),
        ("steps_to_target", 1200.0, "1,200"),
        ("images_per_second", 8000.4, "8,000"),
        ("epochs", 1.16364, "1.164"),
        ("val_accuracy", math.nan, "–"),
        ("steps_to_target", math.inf, "not reached"),
    ],
)
def test_values(metric, value, text):
    assert RECORDED[metric].show(value) == text


def test_a_unit_comes_after_a_value_and_not_after_none():
    accuracy, seconds, steps = METRICS["val_accuracy"], METRICS["train_seconds"], METRICS["steps_to_target"]
    assert [one.show_with_unit(0.5) for one in (accuracy, seconds, steps)] == ["50.00 %", "0.50 s", "0"]
    assert [one.show_beside_title(0.5) for one in (accuracy, seconds)] == ["50.00 %", "0.50"]
    assert [one.show_with_unit(math.nan) for one in (accuracy, seconds)] == ["–", "–"]
    assert seconds.show_with_unit(math.inf) == "not reached"


def test_signs_are_real_minus_signs_and_zero_has_none():
    accuracy, loss = METRICS["test_accuracy"], METRICS["test_loss"]
    assert accuracy.signed(-0.0021) == "−0.21"
    assert accuracy.show_difference(0.0021) == "+0.21 points"
    assert accuracy.signed(-0.00001) == "0.00"
    assert loss.show_difference(0.00123) == "+0.0012"
    assert METRICS["dead_features"].signed(-1.2345) == "−1.23"


def test_what_somebody_set_has_as_few_digits_as_it_takes():
    assert METRICS["val_accuracy"].show_goal(0.985) == "98.5 % validation accuracy"
    assert METRICS["val_loss"].show_goal(0.05) == "a validation loss of 0.05"
    assert [METRICS[name].show_given(0.9) for name in ("val_accuracy", "val_loss")] == ["90 %", "0.9"]


def test_headings_have_the_symbol_of_the_unit():
    accuracy, loss = METRICS["test_accuracy"], METRICS["test_loss"]
    assert [accuracy.heading, loss.heading] == ["test accuracy (%)", "test loss"]
    assert [accuracy.points, loss.points] == [" (points)", ""]


def test_every_metric_that_is_compared_by_a_ratio_has_words_for_it():
    ratios = {name for name, metric in METRICS.items() if metric.unit.compared in ("ratio", "exact")}
    assert {name for name, metric in METRICS.items() if metric.ratio or metric.watched} == ratios
    assert all(metric.ratio.count("{}") == 1 for metric in METRICS.values() if metric.ratio)


def test_names_keys_and_titles_are_unique():
    for field in ("name", "key", "title"):
        assert len({getattr(row, field) for row in ROWS}) == len(ROWS)


def test_what_is_derived_from_the_rows():
    assert EVALUATED == ("val_accuracy", "val_loss", "train_accuracy", "train_loss")
    assert known("scored") == ("test_accuracy", "test_loss")
    assert known("built") == ("parameters", "macs", "activations", "activation_ops", "pool_ops")
    of_test = {"test_accuracy", "test_loss", "dead_classes", "order_difference"}
    assert set(METRICS) - set(CHOOSABLE) == of_test | {name for name in NAMED if name.startswith("test_")}
    assert PROBES == {
        "features": ("dead_features", "redundant_features"),
        "activation_order": ("order_difference",),
    }
    lasting = {"train_seconds", "images_per_second", *known("built")}
    assert set(METRICS) - set(NAMED) - set(NEED_FINITE) == lasting
    assert set(RECORDED) - set(METRICS) == {
        *("steps", "epochs", "refit_steps", "restored_step", "foreign_load", "studies_beside", "kwh"),
        *(f"{clock}_seconds" for clock in CLOCKS if clock != "train"),
    }


def test_every_clock_of_a_result_has_a_row():
    assert {clock.name for clock in fields(Clocks)} == set(CLOCKS)


def test_what_is_chosen_by_validation_images_is_judged_by_test_images():
    assert [on_test_images(name) for name in ("val_accuracy", "val_loss")] == ["test_accuracy", "test_loss"]
    assert [on_test_images(name) for name in ("train_loss", "parameters")] == ["train_loss", "parameters"]


def test_the_larger_of_values_times_the_sign_is_the_better():
    assert [METRICS[name].sign for name in ("val_accuracy", "val_loss", "steps_to_target")] == [1, -1, -1]
