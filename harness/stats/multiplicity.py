"""Many comparisons with one error rate for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number, in the order given.

    An adjusted value of at most 5 % may be claimed; the chance of one false claim among all is then at most 5 %,
    however the tests depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure").

    Args:
        p_values: NaN where there was no test, which counts as none and stays NaN.
    """
    given = np.asarray(p_values, dtype=float)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    adjusted = np.full(len(given), math.nan)
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return [float(p) for p in adjusted]
