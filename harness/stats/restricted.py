"""The ratio of two variants' mean times to a target, each counted up to a horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.stats.censored import Times, survival
from harness.stats.intervals import Interval, power_of_e, standard_error


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
    times, left = survival(at, missed)
    inside = times < horizon
    widths = np.diff(np.concatenate([[0.0], times[inside], [horizon]]))
    return float(np.sum(widths * np.concatenate([[1.0], left[inside]])))
