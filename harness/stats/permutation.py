"""How far out a sum lies among those of all ways to deal values out anew: p-values that suppose no distribution."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

_EXACT_UP_TO = 2**14
"""Ways up to which all are tried."""
_DRAWS = 2**14 - 1
_SEED = 20_260_101


def flipped(differences: np.ndarray, shrunk: float = 1.0) -> float:
    """Return the share of sign flips of differences, (n,), whose sum is at least as far from 0; NaN without any.

    It supposes only that a difference is symmetric about 0 where there is none (Fisher 1935, "The design of
    experiments", section 21), and cannot be below 2 / 2^n. All 2^n flips are tried up to 14 pairs; above, 16,383 are
    drawn from a fixed seed and the observed one is counted among them (Phipson & Smyth 2010, "Permutation p-values
    should never be zero").

    Args:
        differences: (n,).
        shrunk: what the observed sum is divided by before it is compared, 1 or more: where differences are not
            independent, their sum is that much wider than its sign flips.
    """
    n = len(differences)
    if not n:
        return math.nan
    exact = 2**n <= _EXACT_UP_TO
    # a sum is that of all, less twice the part that is flipped
    sums = differences.sum() - 2 * (_coins(n, exact) @ differences)
    return _share(sums, differences.sum() / shrunk, np.abs(differences).sum(), exact)


def dealt(values: np.ndarray, base: np.ndarray, shrunk: float = 1.0) -> float:
    """Return the share of ways to deal values out to two groups, (n,) and (m,), whose difference lies as far from 0.

    The difference is that of the sums, so that values must be such that their overall sum is 0, as scores are. NaN if
    either is empty. All ways are tried up to 16,384; above, 16,383 are drawn as for :func:`flipped`, which says what
    ``shrunk`` is, too.
    """
    n, m = len(values), len(base)
    if not n or not m:
        return math.nan
    pooled = np.concatenate([values, base])
    exact = math.comb(n + m, n) <= _EXACT_UP_TO
    return _share(_deals(n, m, exact) @ pooled, values.sum() / shrunk, np.abs(pooled).sum(), exact)


def _share(sums: np.ndarray, observed: float, size: float, exact: bool) -> float:
    # Those that give the same sum in another order of addition count as equal.
    extreme = int(np.sum(np.abs(sums) >= abs(observed) - 1e-9 * size))
    return extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)


@functools.lru_cache(maxsize=8)
def _coins(n: int, exact: bool) -> np.ndarray:
    """Return sign flips as zeros and ones, (ways, n): one matrix for all comparisons of n pairs.

    Float64 in the interest of speed: a comparison is one matrix product.
    """
    if exact:
        return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.float64)
    random = np.random.default_rng(_SEED)
    packed = np.frombuffer(random.bytes(_DRAWS * -(-n // 8)), np.uint8).reshape(_DRAWS, -1)
    return np.unpackbits(packed, axis=1, count=n).astype(np.float64)


@functools.lru_cache(maxsize=8)
def _deals(n: int, m: int, exact: bool) -> np.ndarray:
    """Return ways to choose n of n + m, as rows of ones and zeros: all of them, or draws from a fixed seed."""
    if exact:
        chosen = np.array(list(itertools.combinations(range(n + m), n)))
        rows = np.zeros((len(chosen), n + m))
        np.put_along_axis(rows, chosen, 1.0, axis=1)
        return rows
    random = np.random.default_rng(_SEED)
    return (random.permuted(np.broadcast_to(np.arange(n + m), (_DRAWS, n + m)), axis=1) < n).astype(float)
