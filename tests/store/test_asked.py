"""The tag of a trial that says which metrics it was asked for."""

from __future__ import annotations

import json

import pytest

from harness.store.asked import asked_in, asked_of_tags, asked_tags
from harness.store.facts import Fault


def test_there_and_back():
    assert asked_tags(()) == {}
    assert asked_of_tags({}) == []
    names = ["val_macro_f1", "test_cost"]
    assert asked_of_tags(asked_tags(names)) == names
    assert asked_of_tags(asked_tags([*names, *names])) == names


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "{}",
            "[3]",
            '["steps"]',
            '["test_accuracy"]',
            '["test_hits"]',
            '["val_a\'; DROP TABLE metrics"]',
            "[" * 9999,
        ),
        json.dumps([f"val_m{number}" for number in range(61)]),
    ],
)
def test_what_cannot_be_one_is_refused(text):
    with pytest.raises(Fault, match=r"its tag harness.metrics must be JSON of names of metrics, got"):
        asked_of_tags({"harness.metrics": text})


def test_columns_of_such_metrics_are_known_by_their_spelling():
    rows = [{"test_accuracy": 1.0, "test_hits": b"", "val_macro_f1": 0.5}, {"test_cost": 3.0, "val_macro_f1": 0.5}]
    assert asked_in(rows) == ("val_macro_f1", "test_cost")
