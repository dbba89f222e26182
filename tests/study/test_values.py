from __future__ import annotations

import math
from datetime import time

import pytest

from harness.errors import StudyError
from harness.study.values import check_values


def test_what_a_study_holds_stays():
    given = {
        "a": [1, -2.5, True, "x" * 1000],
        "b": {"c": 2**63 - 1, "d": -(2**63)},
        "notes": "one\n\ttwo" * 1000,
        "é": "数",
    }
    assert check_values(given) == given


def test_a_negative_zero_is_zero(build):
    (zero,) = check_values({"a": [-0.0]})["a"]
    assert math.copysign(1, zero) == 1
    with pytest.raises(StudyError, match=r'"model\.bias": levels must differ, got 0 0\.'):
        build(**{"design.factors": {"model.bias": [0.0, -0.0]}})
    assert build(**{"model.bias": -0.0}).digest == build(**{"model.bias": 0.0}).digest


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"train": {"rate": math.nan}}, "train.rate must be a finite number, got nan."),
        ({"a": [1, [-math.inf]]}, "a.1.0 must be a finite number, got -inf."),
        ({"a": 2**63}, "a must fit into 64 bits, got one of 64 bits. Write a smaller number."),
        ({"a": -(10**5000)}, "a must fit into 64 bits, got one of 16610 bits. Write a smaller number."),
        ({"a": time(7, 5)}, "a must not be a date or a time, got 07:05:00. Write it in quotes."),
        (
            {"question": "a\x1b[31mb"},
            "question: text must not contain the control character \\x1b, got 'a\\x1b[31mb'. Remove it.",
        ),
        ({"notes": "a\rb"}, "notes: text must not contain the control character \\r, got 'a\\rb'. Remove it."),
        ({"a": ["b" * 1001]}, "a.0 must have at most 1,000 characters, got 1,001."),
        ({"a": "\x00"}, "a: text must not contain the control character \\x00, got '\\x00'. Remove it."),
        ({"a": "\ufffe"}, "a: text must not contain the control character \\ufffe, got '\\ufffe'. Remove it."),
        ({"a": "\u202e"}, "a: text must not contain the control character \\u202e, got '\\u202e'. Remove it."),
        (
            {"name": "a\nb"},
            "name: text must not contain the control character \\n, got 'a\\nb'. Only questions, notes and sources may "
            "have several lines.",
        ),
        ({"a": {"b\x9b": 1}}, "a.b\\x9b: a key must not contain the control character \\x9b, got 'b\\x9b'. Remove it."),
    ],
)
def test_what_no_key_takes(given, message):
    with pytest.raises(StudyError) as caught:
        check_values(given)
    assert str(caught.value) == message


def nested(depth):
    value: object = 1
    for _ in range(depth):
        value = [value]
    return {"a": value}


def test_nesting_has_an_end():
    check_values(nested(15))
    for depth in (16, 5000):
        with pytest.raises(StudyError, match=r"^a\.0\.0\.0 \.\.\.: must not be nested deeper than 16 "):
            check_values(nested(depth))
