import numpy as np
import pytest

from harness.judging import Sample


@pytest.fixture
def sample():
    """Make a sample: ``sample(test_accuracy=[0.98, 0.97])``; replicates count from 0."""

    def make(label="variant", withheld="", counts=None, replicate=None, disturbed=(), **columns):
        n = len(next(iter(columns.values())))
        known = {
            "replicate": np.arange(n) if replicate is None else np.array(replicate),
            "steps": np.full(n, 1000.0),
            "train_seconds": np.full(n, 10.0),
            "stop_reason": np.full(n, "maximum"),
        }
        given = {name: np.array(values) for name, values in columns.items()}
        return Sample(label, {**known, **given}, counts or {}, withheld, frozenset(disturbed))

    return make
