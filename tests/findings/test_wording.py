import math

from harness.findings.wording import listed, show_interval
from harness.judging.contrast import show_p
from harness.stats import Interval


def test_intervals():
    assert show_interval("val_accuracy", Interval(0.98, 0.97, 0.99, 3)) == "98.00 (97.00 to 99.00)"
    assert show_interval("val_accuracy", Interval(0.98, math.nan, math.nan, 1)) == "98.00"


def test_small_numbers():
    assert [show_p(p) for p in (0.25, 0.0625, 0.0001, 1.0, math.nan)] == ["0.25", "0.062", "<0.001", "1", "–"]


def test_lists():
    assert [listed(items) for items in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
