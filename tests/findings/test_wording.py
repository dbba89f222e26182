import math

import pytest

from harness.findings.wording import show_interval, show_p, show_ratio, show_target, show_value, signed, three_digits
from harness.stats import Interval
from harness.study import TargetSpec


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("val_accuracy", 0.98765, "98.77"),
        ("test_loss", 0.05678, "0.0568"),
        ("seconds_to_target", 4.0, "4.00"),
        ("seconds_to_target", 1234.5, "1,234"),
        ("steps_to_target", 1200.0, "1,200"),
        ("images_per_second", 8000.4, "8,000"),
        ("val_accuracy", math.nan, "–"),
        ("steps_to_target", math.inf, "not reached"),
    ],
)
def test_values(metric, value, text):
    assert show_value(metric, value) == text


def test_intervals():
    assert show_interval("val_accuracy", Interval(0.98, 0.97, 0.99, 3)) == "98.00 (97.00 to 99.00)"
    assert show_interval("val_accuracy", Interval(0.98, math.nan, math.nan, 1)) == "98.00"


def test_signs_are_real_minus_signs_and_zero_has_none():
    assert signed("test_accuracy", -0.0021) == "−0.21"
    assert signed("test_accuracy", 0.0021) == "+0.21"
    assert signed("test_accuracy", -0.00001) == "0.00"
    assert signed("test_loss", 0.00123) == "+0.0012"


def test_small_and_large_numbers():
    assert [show_p(p) for p in (0.25, 0.0625, 0.0001, 1.0, math.nan)] == ["0.25", "0.062", "<0.001", "1", "–"]
    assert [show_ratio(ratio) for ratio in (0.44, 0.0123, 12.34, 1234.0)] == ["0.44", "0.012", "12.34", "1,234"]
    assert [show_ratio(ratio, exact=True) for ratio in (1.0, 1.004, 0.99996, 1.2)] == [
        "1.00",
        "1.004",
        "0.99996",
        "1.20",
    ]
    assert show_ratio(1.004) == "1.00"
    assert [three_digits(value) for value in (0.444, 12.34, 123.4)] == ["0.44", "12.3", "123"]


def test_targets():
    assert show_target(None) == ""
    assert show_target(TargetSpec(metric="val_accuracy", value=0.985)) == "98.5 % validation accuracy"
    loss = TargetSpec(metric="val_loss", value=0.05, in_a_row=3)
    assert show_target(loss) == "a validation loss of 0.05 at 3 evaluations in a row"
