"""Times to a target that some trials never reach."""

from __future__ import annotations

import functools
import itertools
import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from harness.stats.intervals import Interval, power_of_e, standard_error

_ROUNDING = 1e-9
"""The survival curve is a product of fractions; 0.5 may come out a hair above."""
_EXACT_UP_TO = 2**14
"""Ways to deal the times out to two groups up to which all are tried."""
_DRAWS = 2**14 - 1
_NORMAL_FROM = 200
"""Trials from which the permutation distribution is taken as normal."""
_SEED = 20_260_102


@dataclass(frozen=True)
class Times:
    """Times to a target, a trial each; some of them censored.

    Attributes:
        at: when the target was reached, or how long the trial was watched if censored; infinite for a censored trial
            that could never have reached it. Indexed by replicate.
        missed: whether each trial ended without reaching it; same index.
    """

    at: pd.Series[float]
    missed: pd.Series[bool]

    def __post_init__(self) -> None:
        at = self.at.to_numpy(dtype=float)
        if not self.at.index.equals(self.missed.index) or not self.at.index.is_unique:
            raise ValueError("times and censoring must have one entry for each replicate")
        if np.isnan(at).any() or (at < 0).any() or np.isinf(at[~self.missed.to_numpy(dtype=bool)]).any():
            raise ValueError("times must be one number a trial, finite where the target was reached")

    def of(self, replicates: pd.Index) -> Times:
        """Return those of some replicates."""
        places = self.at.index.get_indexer(replicates)  # a tenth of the time of looking up by label
        return Times(self.at.take(places), self.missed.take(places))


@dataclass(frozen=True)
class RestrictedRatio:
    """Ratio of the mean times to a target, each counted up to a horizon.

    Attributes:
        estimate: the ratio; below 1 means sooner. NaN if there is none.
        low: lower end of the 95 % interval; NaN with fewer than two pairs.
        high: upper end.
        n: pairs.
        horizon: up to where times count, in their unit.
        standard_error: of the logarithm of the ratio.
    """

    estimate: float
    low: float
    high: float
    n: int
    horizon: float
    standard_error: float

    def interval(self, confidence: float) -> Interval:
        """Return the interval at another confidence than 95 %."""
        if not self.standard_error > 0:
            return Interval(self.estimate, math.nan, math.nan, self.n)
        factor = power_of_e(float(stats.t.ppf((1 + confidence) / 2, self.n - 1)) * self.standard_error)
        return Interval(self.estimate, self.estimate / factor, self.estimate * factor, self.n)


def kaplan_meier_median(times: Iterable[float], censored: Iterable[bool], confidence: float = 0.95) -> Interval:
    """Return the median time to the target, trials that never reached it included.

    The median is the first time at which the survival curve of Kaplan & Meier (1958, "Nonparametric estimation from
    incomplete observations") is at or below one half. Its interval holds the times at which the pointwise log-log
    Greenwood interval of the curve contains one half (Brookmeyer & Crowley 1982, "A confidence interval for the
    median survival time").

    Args:
        times: a time a trial: when it reached the target, or how long it was watched if censored. Infinite for a
            censored trial that could never have reached it.
        censored: whether each trial ended without reaching it.
        confidence: coverage, between 0 and 1.

    Returns:
        The median; infinite if fewer than half reached the target, as is an upper end that the data do not bound
        (usual with few trials). NaN without trials. The ends are NaN for one trial.

    Raises:
        ValueError: if the two differ in length, or a time is NaN, or infinite without being censored.
    """
    at = np.asarray(list(times), dtype=float)
    missed = np.asarray(list(censored), dtype=bool)
    if len(at) != len(missed) or np.isnan(at).any() or np.isinf(at[~missed]).any():
        raise ValueError("times must be one number a trial, finite where the target was reached")
    n = len(at)
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    if missed.all():
        return Interval(math.inf, math.nan if n == 1 else math.inf, math.nan if n == 1 else math.inf, n)
    if n == 1:
        return Interval(float(at[0]), math.nan, math.nan, n)
    # Any time after the last finite one says the same as infinity, which CensoredData does not take.
    at = np.where(np.isinf(at), at[np.isfinite(at)].max() + 1, at)
    survival = stats.ecdf(stats.CensoredData.right_censored(at, missed)).sf  # for its interval; else :func:`_survival`
    estimate = _first_at_half(survival.quantiles, survival.probabilities)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined where the curve is 1 or 0: _first_at_half skips it
        band = survival.confidence_interval(confidence_level=confidence, method="log-log")
    low = _first_at_half(survival.quantiles, band.low.probabilities)
    high = _first_at_half(survival.quantiles, band.high.probabilities)
    # With ties at the first time the band is undefined where it matters; the low end is never above the median.
    return Interval(estimate, min(low, estimate), high, n)


def _first_at_half(times: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the first time whose probability is at most one half, infinite if none is; NaN compares as above."""
    reached = np.flatnonzero(probabilities <= 0.5 + _ROUNDING)
    return float(times[reached[0]]) if len(reached) else math.inf


def reached_by(at: Iterable[float], missed: Iterable[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Return the share that has reached the target against time: one minus the curve of Kaplan & Meier (1958).

    Args:
        at: a time a trial, as in :func:`kaplan_meier_median`.
        missed: whether each trial ended without reaching it.

    Returns:
        Times from 0 to the longest finite one, and the share from each on; both (n,).
    """
    times, censored = np.asarray(list(at), dtype=float), np.asarray(list(missed), dtype=bool)
    events, survival = _survival(times, censored)
    last = times[np.isfinite(times)].max(initial=0.0)
    end = [last] if last > (events[-1] if len(events) else 0) else []
    shares = np.concatenate([[0.0], 1 - survival])
    return np.concatenate([[0.0], events, end]), np.concatenate([shares, shares[-1:] if end else []])


def log_rank(values: Times, base: Times) -> float:
    """Return the two-sided p-value of the log-rank test of "both variants reach the target equally soon".

    The statistic is that of Mantel (1966, "Evaluation of survival data and two new rank order statistics"), as a sum
    of log-rank scores (Peto & Peto 1972, "Asymptotically efficient rank invariant test procedures"): 1 for a target
    reached, less the Nelson-Aalen hazard of all trials up to then. Its usual normal approximation fails with the few
    trials there are here, so that the p-value is that of permutation: the share of ways to deal all times out to the
    two variants that give a sum as far from 0. All ways are tried up to 16,384; above, 16,383 are drawn from a fixed
    seed and the observed one is counted among them; beyond 200 trials their distribution is taken as normal. That
    replicates are paired is not used; pairs that go up and
    down together make the test err on the safe side.

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
    exact = math.comb(n + m, n) <= _EXACT_UP_TO
    sums = np.abs(_deals(n, m, exact) @ scores)
    # Deals that give the same sum in another order of addition count as equal.
    extreme = int(np.sum(sums >= observed - 1e-9 * np.abs(scores).sum()))
    return extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)


def restricted_ratio(values: Times, base: Times) -> RestrictedRatio:
    """Return the ratio of the restricted mean times of two variants, over the replicates that both have.

    The restricted mean is the area under the Kaplan-Meier curve up to a horizon: the mean time, of which no trial
    counts for more than the horizon (Royston & Parmar 2013, "Restricted mean survival time: an alternative to the
    hazard ratio"). The horizon is as far as both curves are known: the longest time of either, unless a variant's last
    trial was censored before. The interval is Student's, of the logarithm, by the delta method on the pairs of
    pseudo-observations (Andersen, Hansen & Klein 2004,
    "Regression analysis of restricted mean survival time based on pseudo-observations"), which for trials that are all
    watched up to the horizon are just their times cut off there.

    Args:
        values: of a variant.
        base: of the base.
    """
    both = values.at.index.intersection(base.at.index)
    n = len(both)
    nothing = RestrictedRatio(math.nan, math.nan, math.nan, n, math.nan, math.nan)
    if not n:
        return nothing
    horizon = _horizon(values, base)
    if not horizon > 0:
        return nothing
    one, other = (_pseudo(each.of(both), horizon) for each in (values, base))
    if not (one.mean() > 0 and other.mean() > 0):
        return nothing
    ratio = float(one.mean() / other.mean())
    if n < 2:
        return RestrictedRatio(ratio, math.nan, math.nan, n, horizon, math.nan)
    error = standard_error(one / one.mean() - other / other.mean())
    factor = power_of_e(float(stats.t.ppf(0.975, n - 1)) * error)
    return RestrictedRatio(ratio, ratio / factor, ratio * factor, n, horizon, error)


def _horizon(values: Times, base: Times) -> float:
    """Return up to where both curves are known, at most the longest time of either; NaN if there is none."""
    longest = []
    limits = []
    for times in (values, base):
        at, missed = times.at.to_numpy(dtype=float), times.missed.to_numpy(dtype=bool)
        last = at.max()
        finite = at[np.isfinite(at)]
        longest += [float(finite.max())] if len(finite) else []
        # a curve is unknown only after the last trial was no longer watched
        if math.isfinite(last) and missed[at == last].any():
            limits.append(float(last))
    return min([*limits, *([max(longest)] if longest else [])], default=math.nan)


def _pseudo(times: Times, horizon: float) -> np.ndarray:
    """Return the pseudo-observations: n times the restricted mean of all less n - 1 times that without trial i."""
    at, missed = times.at.to_numpy(dtype=float), times.missed.to_numpy(dtype=bool)
    if not (missed & (at < horizon)).any():
        return np.minimum(at, horizon)
    n, everyone = len(at), np.arange(len(at))
    whole = _restricted_mean(at, missed, horizon)
    without = [_restricted_mean(at[everyone != i], missed[everyone != i], horizon) for i in everyone]
    return n * whole - (n - 1) * np.asarray(without)


def _restricted_mean(at: np.ndarray, missed: np.ndarray, horizon: float) -> float:
    """Return the area under the Kaplan-Meier curve from 0 to the horizon."""
    times, survival = _survival(at, missed)
    inside = times < horizon
    widths = np.diff(np.concatenate([[0.0], times[inside], [horizon]]))
    return float(np.sum(widths * np.concatenate([[1.0], survival[inside]])))


def _survival(at: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve of Kaplan & Meier: times at which the target was reached, and who had not by then; both (n,).

    SciPy's `ecdf` gives the same and an interval, but takes twenty times as long: pseudo-observations ask for a curve a
    trial.
    """
    times, reached, at_risk = _events(at, missed)
    return times, np.cumprod(1 - reached / at_risk)


def _events(at: np.ndarray, missed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return when the target was reached, by how many trials, and how many were still watched then; all (n,)."""
    times, reached = np.unique(at[~missed], return_counts=True)
    return times, reached, len(at) - np.searchsorted(np.sort(at), times)


def _log_rank_scores(at: np.ndarray, missed: np.ndarray) -> np.ndarray:
    """Return 1 for each target reached, less the Nelson-Aalen hazard of all up to that trial's time; they sum to 0."""
    times, reached, at_risk = _events(at, missed)
    hazard = np.concatenate([[0.0], np.cumsum(reached / at_risk)])
    scores: np.ndarray = (~missed).astype(float) - hazard[np.searchsorted(times, at, side="right")]
    return scores


@functools.lru_cache(maxsize=32)
def _deals(n: int, m: int, exact: bool) -> np.ndarray:
    """Return ways to choose n of n + m trials, as rows of ones and zeros: all of them, or draws from a fixed seed."""
    if exact:
        chosen = np.array(list(itertools.combinations(range(n + m), n)))
        rows = np.zeros((len(chosen), n + m))
        np.put_along_axis(rows, chosen, 1.0, axis=1)
        return rows
    random = np.random.default_rng(_SEED)
    return (random.permuted(np.broadcast_to(np.arange(n + m), (_DRAWS, n + m)), axis=1) < n).astype(float)
