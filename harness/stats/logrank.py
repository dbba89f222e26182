"""Whether two variants reach the target equally soon: the log-rank test, by permutation."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from harness.stats.censored import Times, events
from harness.stats.permutation import dealt

_NORMAL_FROM = 200
"""Trials from which the permutation distribution is taken as normal."""


def log_rank(values: Times, base: Times) -> float:
    """Return the two-sided p-value of the log-rank test of "both variants reach the target equally soon".

    The statistic is that of Mantel (1966, "Evaluation of survival data and two new rank order statistics"), as a sum
    of log-rank scores (Peto & Peto 1972, "Asymptotically efficient rank invariant test procedures"): 1 for a target
    reached, less the Nelson-Aalen hazard of all trials up to then. Its usual normal approximation fails with the few
    trials there are here, so that the p-value is that of permutation: the share of ways to deal all times out to the
    two variants that give a sum as far from 0. All ways are tried up to 16,384; above, 16,383 are drawn from a fixed
    seed and the observed one is counted among them; beyond 200 trials their distribution is taken as normal. That
    replicates are paired is not used; pairs that go up and down together make the test err on the safe side.

    Args:
        values: of a variant.
        base: of the base.

    Returns:
        NaN if either is empty; 1 if nobody reached the target.
    """
    n, m = len(values.at), len(base.at)
    if not n or not m:
        return math.nan
    at = np.concatenate([values.at.to_numpy(dtype=float), base.at.to_numpy(dtype=float)])
    missed = np.concatenate([values.missed.to_numpy(dtype=bool), base.missed.to_numpy(dtype=bool)])
    scores = _log_rank_scores(at, missed)
    observed = abs(scores[:n].sum())
    if n + m > _NORMAL_FROM:
        deviation = math.sqrt(n * m / ((n + m) * (n + m - 1)) * float(np.sum(scores**2)))
        return 2 * float(special.ndtr(-observed / deviation)) if deviation else 1.0
    return dealt(scores[:n], scores[n:])


def _log_rank_scores(at: np.ndarray, missed: np.ndarray) -> np.ndarray:
    """Return 1 for each target reached, less the Nelson-Aalen hazard of all up to that trial's time; they sum to 0."""
    times, reached, at_risk = events(at, missed)
    hazard = np.concatenate([[0.0], np.cumsum(reached / at_risk)])
    scores: np.ndarray = np.where(missed, 0.0, 1.0) - hazard[np.searchsorted(times, at, side="right")]
    return scores
