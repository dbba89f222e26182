"""Studies in which nothing differs, resampled from real trainings.

The pool is ``benchmarks/results/real_noise.parquet``: trainings of ``benchmarks/real_noise.toml`` that differ in their
seeds alone.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.validity.cells import Cell
from benchmarks.validity.samples import BUDGET, accuracy_sample, steps_sample
from harness.judging import Sample

POOL = Path(__file__).resolve().parent.parent / "results" / "real_noise.parquet"
FAILED = 0.5
"""Test accuracy below which a training failed; of those at the usual rate none did."""
MAX_STEPS = 80
"""Steps of the real trainings; one that has not reached its target by then is censored."""


@functools.cache
def read_pool() -> dict[str, np.ndarray]:
    """Return noise -> the trainings that it draws from.

    Test accuracies (trainings,), paired ones (pairs, 2), and steps to the target, infinite where it was missed. All
    means are those of the base, so that nothing differs.
    """
    frame = pd.read_parquet(POOL)
    base, twin, high = (frame[frame["variant"] == name] for name in ("base", "dropout=fixed", "learning_rate=0.04"))
    key = ["seed", "replicate"]
    both = base.merge(twin, on=key, suffixes=("", "_twin"), validate="one_to_one")
    accuracy = base["test_accuracy"].to_numpy(dtype=float)
    pairs = both[["test_accuracy", "test_accuracy_twin"]].to_numpy(dtype=float)
    failing = high["test_accuracy"].to_numpy(dtype=float)
    sound = failing[failing > FAILED]  # shifted to the same mean with those that failed, accuracies would exceed 1
    return {
        "real": accuracy,
        "real, paired": pairs - pairs.mean(axis=0) + accuracy.mean(),
        "real, high learning rate": failing,
        "high, centred": sound - sound.mean() + accuracy.mean(),
        "real steps, some missed": base["steps_to_target"].fillna(np.inf).to_numpy(dtype=float),
    }


def draw_samples(cell: Cell, random: np.random.Generator) -> list[Sample]:
    """Return the trials of one study, the base first; no training is in it twice."""
    pool, shape = read_pool(), (cell.variants, cell.last)
    match cell.noise:
        case "real, paired":
            pairs = pool[cell.noise]
            rows = pairs[random.choice(len(pairs), shape[1], replace=False)].T
        case "real, high rate against base, centred":
            base = random.choice(pool["real"], (1, shape[1]), replace=False)
            rows = np.concatenate([base, random.choice(pool["high, centred"], (shape[0] - 1, shape[1]), replace=False)])
        case _:
            rows = random.choice(pool[cell.noise], shape, replace=False)
    if cell.noise.startswith("real steps"):
        return [steps_sample(row * BUDGET / MAX_STEPS, np.zeros(shape[1], dtype=bool)) for row in rows]
    return [accuracy_sample(row) for row in rows]
