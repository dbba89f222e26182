import math

import pytest

from harness.metrics import WHOLE, Number, show_ratio
from harness.metrics.units import COUNT, NATS, SHARE, three_digits


def test_about_three_digits():
    assert [three_digits(value) for value in (0.444, 12.34, 123.4, 1234.5)] == ["0.44", "12.3", "123", "1,234"]


def test_ratios():
    assert [show_ratio(ratio) for ratio in (0.44, 0.0123, 12.34, 1234.0)] == ["0.44", "0.012", "12.34", "1,234"]
    assert [show_ratio(ratio, exact=True) for ratio in (1.0, 1.004, 0.99996, 1.2)] == [
        "1.00",
        "1.004",
        "0.99996",
        "1.20",
    ]
    assert show_ratio(1.004) == "1.00"


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        (SHARE.bounds, "a number from 0 to 1"),
        (COUNT.bounds, "a whole number of at least 0, of at most 53 bits"),
        (NATS.bounds, "a number from -1e-06 to 3.5e+38"),
        (Number(low=1, high=WHOLE.high, whole=True), "a whole number of at least 1, of at most 53 bits"),
    ],
)
def test_bounds_in_words(bounds, text):
    assert str(bounds) == text


def test_a_loss_may_be_infinite_and_a_share_may_not():
    assert NATS.bounds.may_be_infinite
    assert not SHARE.bounds.may_be_infinite
    assert SHARE.bounds.high < math.inf
