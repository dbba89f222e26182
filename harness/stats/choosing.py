"""Which variants may be chosen because their mean is as good as the best, within what chance does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.stats.intervals import standard_error


@dataclass(frozen=True)
class Within:
    """The best of several means, and which others lie within one standard error of it.

    Attributes:
        best: position of the best mean, the first of equals.
        error: its standard error.
        places: positions of the means that lie within it, the best among them, ascending.
    """

    best: int
    error: float
    places: tuple[int, ...]


def within_one_standard_error(samples: Sequence[np.ndarray], sign: int, overlap: float = 0.0) -> Within:
    """Return which of several means are within one standard error of the best.

    The simplest of them is what the rule of Breiman, Friedman, Olshen & Stone (1984, "Classification and regression
    trees", section 3.4.3) chooses. The standard error is that of the best mean; where replicates share training
    images its variance is larger by 1 + n times their overlap (Nadeau & Bengio 2003; Bouckaert & Frank 2004).

    Args:
        samples: the values of each, (n,) with n of 2 or more, none missing.
        sign: 1 where higher is better, -1 where lower is.
        overlap: held-out over training images of a cross-validation.

    Raises:
        ValueError: if there is no sample, or one of fewer than two values.
    """
    if not samples or min(len(values) for values in samples) < 2:
        raise ValueError("a choice needs samples of two values or more")
    means = np.array([sign * values.mean() for values in samples])
    best = int(means.argmax())
    n = len(samples[best])
    error = standard_error(samples[best]) * math.sqrt(1 + n * overlap)
    return Within(best, error, tuple(int(place) for place in np.flatnonzero(means >= means[best] - error)))
