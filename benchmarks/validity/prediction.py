"""Whether one further training falls where a report says that it would."""

from __future__ import annotations

import numpy as np

from benchmarks.validity.cells import Cell
from benchmarks.validity.noise import accuracies
from harness.stats import prediction_interval


def holds(cell: Cell, random: np.random.Generator) -> bool:
    """Return whether one more training than the cell has replicates lies where those before say that it would."""
    values = accuracies(cell, random, (1, cell.last + 1))[0]
    interval = prediction_interval(values[:-1])
    return bool(interval.low <= values[-1] <= interval.high)
