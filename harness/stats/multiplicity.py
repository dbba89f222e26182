"""Many comparisons with one error rate for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Return p-values adjusted for their number, in the order given.

    An adjusted value of at most 5 % may be claimed; the chance of one false claim among all is then at most 5 %,
    however the tests depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure";
    with weights the procedure of its section 4).

    Args:
        p_values: NaN where there was no test, which counts as none and stays NaN.
        weights: above 0, one a p-value: each gets that part of the error among those that are not yet claimed. All
            the same by default.
    """
    given = np.asarray(p_values, dtype=float)
    weight = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=float)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested] / weight[tested], kind="stable")]
    adjusted = np.full(len(given), math.nan)
    factors = np.cumsum(weight[order][::-1])[::-1] / weight[order]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return [float(p) for p in adjusted]
