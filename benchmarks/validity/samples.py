"""Simulated trials in the form that judging takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.judging import Sample

BUDGET = 1_000.0
"""Steps after which a training that has not reached its target ends."""


@dataclass(frozen=True)
class KeptSample(Sample):
    """A sample that makes each series once, though judging asks for it in every comparison."""

    def by_replicate(self, name: str) -> Any:
        return self._kept("by_replicate", name)

    def times(self, name: str) -> Any:
        return self._kept("times", name)

    def below(self, replicate: int) -> Any:
        return self._kept("below", replicate)

    def _kept(self, what: str, of: Any) -> Any:
        made = self.__dict__.setdefault("made", {})
        if (what, of) not in made:
            made[what, of] = getattr(super(), what)(of)
        return made[what, of]


def accuracy_sample(values: np.ndarray) -> Sample:
    """Return a sample whose trainings all went to their end, with these accuracies, (replicates,)."""
    steps = np.full(len(values), BUDGET)
    return _sample(len(values), test_accuracy=values, val_accuracy=values, steps=steps, train_seconds=steps)


def steps_sample(steps: np.ndarray, diverged: np.ndarray) -> Sample:
    """Return a sample with these steps to the target; all (replicates,).

    Args:
        steps: those above :data:`BUDGET` are not known.
        diverged: trainings that ended early with a value that is not finite.
    """
    reached = (steps <= BUDGET) & ~diverged
    watched = np.where(diverged, BUDGET / 10, np.where(reached, steps, BUDGET))
    reasons = np.where(diverged, "not_finite", np.where(reached, "target", "maximum"))
    found = np.where(reached, steps, np.nan)
    return _sample(len(steps), steps_to_target=found, steps=watched, train_seconds=watched, stop_reason=reasons)


def _sample(n: int, **columns: np.ndarray) -> Sample:
    return KeptSample("variant", {"replicate": np.arange(n), "stop_reason": np.full(n, "maximum"), **columns})


def cut(sample: Sample, replicates: int) -> Sample:
    """Return the first replicates of a sample."""
    return KeptSample(sample.label, {name: column[:replicates] for name, column in sample.columns.items()})
