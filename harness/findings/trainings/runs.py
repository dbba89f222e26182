"""What each training measured on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from harness.findings.groups import Group
from harness.findings.trainings.figures import Line


class Run(NamedTuple):
    """The evaluations of one trial, by step.

    Attributes:
        step: training steps done, (n,).
        train_seconds: seconds of training, (n,).
        value: what was measured, as it was, (n,).
        reached: place of the evaluation in these at which the target was reached; -1 for none.
    """

    step: np.ndarray
    train_seconds: np.ndarray
    value: np.ndarray
    reached: int

    def at(self, column: str) -> np.ndarray:
        """Return "step" or "train_seconds"."""
        return self.step if column == "step" else self.train_seconds

    def places_of(self, steps: np.ndarray) -> np.ndarray:
        """Return where the evaluations at these steps, which it has, are; of several at one step, the last."""
        return np.searchsorted(self.step, steps, side="right") - 1


def runs_of(known: pd.DataFrame, metric: str, numbers: Sequence[int], watched: Group | None = None) -> list[Run]:
    """Return the evaluations of some trials; of those that have any.

    Args:
        known: tidy history, where the metric is known.
        metric: the metric.
        numbers: of the trials.
        watched: the trials that the target was watched of; None where it is of another metric.
    """
    trials = known["trial"].to_numpy()  # tidy history is sorted by trial and step
    columns = [known[name].to_numpy(float) for name in ("step", "train_seconds", metric)]
    goals = {}
    if watched is not None:
        goals = dict(zip(watched.values("trial").tolist(), watched.values("steps_to_target").tolist(), strict=True))
    found = []
    for trial in sorted(numbers):
        first, end = np.searchsorted(trials, trial), np.searchsorted(trials, trial, side="right")
        if end > first:
            step, seconds, value = (column[first:end] for column in columns)
            at = np.flatnonzero(step == goals.get(trial, math.nan))
            found.append(Run(step, seconds, value, int(at[-1]) if len(at) else -1))
    return found


def line_of(x: np.ndarray, y: np.ndarray, most: int) -> Line:
    """Return a line through the points that are known, at most so many: evenly thinned, with both ends."""
    known = ~(np.isnan(x.astype(float)) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) > most:
        kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
        x, y = x[kept], y[kept]
    return Line(tuple(x.astype(float).tolist()), tuple(y.tolist()))
