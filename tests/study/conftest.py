from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.study import Study, build_study
from tests.conftest import changed

GIVEN: dict[str, Any] = {
    "question": "Does a stride of 2 do the work of max-pooling?",
    "data": {"name": "mnist", "validation": 5000, "split": "first"},
    "model": {"preset": "hvass02"},
    "train": {"learning_rate": 1e-4, "max_steps": 1000, "evaluate_every": 100},
    "target": {"metric": "val_accuracy", "value": 0.98},
    "design": {"kind": "factorial", "replicates": 3, "factors": {"model.downsample": ["max_pool", "stride"]}},
}


@pytest.fixture
def build() -> Callable[..., Study]:
    """Build the valid study with some keys changed: ``build(**{"train.learning_rate": 3})``; None removes a key."""

    def make(**changes: Any) -> Study:
        return build_study(changed(GIVEN, changes), name="x")

    return make
