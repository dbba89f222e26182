from __future__ import annotations

import pytest

from harness.errors import StudyError
from harness.study import Range


@pytest.mark.parametrize(
    ("space", "value", "inside"),
    [
        (Range(low=1, high=9, step=4), 5, True),
        (Range(low=1, high=9, step=4), 6, False),
        (Range(low=1, high=9), 2.5, False),
        (Range(low=0.1, high=0.7, step=0.3), 0.4, True),
        (Range(low=1e-4, high=1e-2, log=True), 1e-2, True),
        (Range(low=1e-4, high=1e-2, log=True), 0.02, False),
    ],
)
def test_range_contains(space, value, inside):
    assert space.contains(value) is inside


def test_a_step_must_not_be_lost_in_its_range(build):
    space = {"train.learning_rate": {"low": 1e-4, "high": 1.0, "step": 5e-324}}
    with pytest.raises(StudyError, match=r"step must make at most 1,000,000,000 steps of the range, got 5e-324\."):
        build(design={"kind": "search", "trials": 3, "space": space})
