"""Tests of growing data: p-values, boundaries and estimates over several looks, with one error for all of them.

Of paired differences without a true one, the p-values of Student's t at all looks have a joint law that depends
on the numbers of pairs alone. Their normal scores are, nearly, a random walk seen at these times, so that boundaries
follow by numerical integration from look to look (Armitage, McPherson & Rowe 1969, "Repeated significance tests on
accumulating data"; for t statistics the "significance level approach" of Jennison & Turnbull 2000, "Group sequential
methods with applications to clinical trials", chapter 11). The walk's time is degrees of freedom: with three pairs a
deviation tells less of that of all pairs than its share of them. What that is off by is measured in
tests/stats/test_sequential.py: of looks from 3 to 30 pairs it makes 5 % up to 5.1 %.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from scipy import optimize, special

from harness.stats.looks import Looks

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_FAR = 8.0
"""Normal score below which a one-sided test expects nothing."""
_LEVELS = np.unique(np.concatenate([np.geomspace(1e-10, 0.5, 70), [0.05, 0.1, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]]))
"""Overall errors at which boundaries are worked out; between them they are interpolated on logarithms."""


def overall_p(p: float, plan: Looks, look: int, sides: int = 2) -> float:
    """Return the smallest overall error at which a look's p-value leads to a claim: its *sequential p-value*.

    The smallest over all looks so far is a p-value of the comparison, which may be adjusted with others by Holm's
    procedure (Liu & Anderson 2008, "On adaptive extensions of group sequential trials for clinical investigations";
    Maurer & Bretz 2013, "Multiple testing in group sequential trials using graphical approaches"). It can only fall
    from look to look: what was claimed stays claimed.

    Args:
        p: of the data of this look alone; NaN without a test, which gives NaN.
        plan: all looks.
        look: which one it is, from 0.
        sides: 2 for a two-sided p, 1 for a one-sided.
    """
    if math.isnan(p):
        return math.nan
    levels, bounds = np.log(_LEVELS), _bounds(plan, sides)[look]
    at = math.log(max(p, 1e-300))
    if at > bounds[-1]:
        return 1.0
    if at < bounds[0]:
        return math.exp(levels[0] + at - bounds[0])
    return math.exp(float(np.interp(at, bounds, levels)))


def nominal_level(level: float, plan: Looks, look: int, sides: int = 2) -> float:
    """Return the level at which a look tests, so that all looks together err with ``level``.

    1 minus it is the confidence of a repeated confidence interval: those of all looks hold together (Jennison &
    Turnbull 1989, "Interim analyses: the repeated confidence interval approach").
    """
    return math.exp(float(np.interp(math.log(level), np.log(_LEVELS), _bounds(plan, sides)[look])))


def chance_to_differ(p: float, plan: Looks, look: int, level: float) -> float:
    """Return the chance that the last look finds a difference, if what was estimated goes on: its predictive power.

    The mean over what the truth may be after this look, without any opinion before (Spiegelhalter, Freedman & Blackburn
    1986, "Monitoring clinical trials: conditional or predictive power?").

    Args:
        p: two-sided, of the data of this look.
        plan: all looks.
        look: which one it is, from 0.
        level: overall error at which a claim is made.
    """
    if math.isnan(p):
        return math.nan
    score, bound = (float(-special.ndtri(one / 2)) for one in (p, nominal_level(level, plan, -1)))
    share = _time(plan.sizes[look]) / _time(plan.sizes[-1])
    if share == 1:
        return float(score >= bound)
    return float(special.ndtr((score / math.sqrt(share) - bound) / math.sqrt((1 - share) / share)))


def chance_to_agree(estimate: float, deviation: float, margin: float, plan: Looks, look: int, level: float) -> float:
    """Return the chance that the last look finds the difference within a margin; see :func:`chance_to_differ`.

    Args:
        estimate: mean difference at this look.
        deviation: of the differences.
        margin: difference that does not matter.
        plan: all looks.
        look: which one it is, from 0.
        level: overall error at which a claim is made.
    """
    now, last = plan.sizes[look], plan.sizes[-1]
    bound = float(-special.ndtri(nominal_level(level, plan, -1, sides=1)))
    room = margin - bound * deviation / math.sqrt(last)
    spread = deviation * math.sqrt(1 / now - 1 / last)
    if room <= 0 or spread == 0:
        return float(abs(estimate) < room)
    return float(special.ndtr((room - estimate) / spread) - special.ndtr((-room - estimate) / spread))


def shrinkage(p_values: Sequence[float], above: Sequence[bool], plan: Looks, level: float) -> float:
    """Return by what to multiply the estimate of the last of some looks, so that its median is the truth.

    A comparison that ends where it crossed a boundary has crossed it by luck, too. Outcomes are put in order by the
    look at which a boundary was crossed, those at the same look by their score (Tsiatis, Rosner & Mehta 1984, "Exact
    confidence intervals following a group sequential test"); the median-unbiased estimate is the drift under which
    half of all outcomes lie beyond what came out. Looks after which it went on although it had crossed count as none.

    Args:
        p_values: two-sided, of each look so far; NaN where there was no test.
        above: whether the estimate of each look was above no difference.
        plan: all looks.
        level: overall error at which a comparison ends.
    """
    last = len(p_values) - 1
    scores = [
        (1 if side == above[last] else -1) * float(-special.ndtri(p / 2))
        for p, side in zip(p_values, above, strict=True)
    ]
    bounds = [float(-special.ndtri(nominal_level(level, plan, look) / 2)) for look in range(last)]
    kept = [look for look in range(last) if abs(scores[look]) < bounds[look]]
    if not kept or math.isnan(scores[last]) or scores[last] == 0:
        return 1.0
    times = tuple(_time(plan.sizes[look]) for look in (*kept, last))
    walk = _walk(times[:-1], tuple(bounds[look] for look in kept))
    score, end = scores[last], times[-1]

    def beyond(drift: float) -> float:
        """Return the chance of an outcome above the one observed, less a half."""
        chance = float(special.ndtr(drift * math.sqrt(times[0]) - bounds[kept[0]]))
        for place, (at, mass) in enumerate(walk):
            now, then = times[place], times[place + 1]
            bound = score if then == end else bounds[kept[place + 1]]
            tilted = mass * np.exp(drift * at * math.sqrt(now) - drift**2 * now / 2)
            step = (bound * math.sqrt(then) - at * math.sqrt(now) - drift * (then - now)) / math.sqrt(then - now)
            chance += float(tilted @ special.ndtr(-step))
        return chance - 0.5

    plain = score / math.sqrt(end)
    low, high = -plain - 1, plain + 1
    return float(optimize.brentq(beyond, low, high)) / plain if beyond(low) < 0 < beyond(high) else 1.0


def _time(size: int) -> float:
    return max(size - 1, 0.5)


@functools.lru_cache(maxsize=256)
def _bounds(plan: Looks, sides: int) -> np.ndarray:
    """Return the logarithm of the nominal level of each look at each of the levels, (looks, levels)."""
    times = [_time(size) for size in plan.sizes]
    found = [_LEVELS * plan.shares[0]]
    at = mass = np.empty(0)
    for look in range(1, len(times)):
        bound = -special.ndtri(found[-1] / sides)
        at, mass = _on(times, look - 1, bound, at, mass, sides)
        low, high = np.full(len(_LEVELS), -_FAR if sides == 1 else 0.0), np.full(len(_LEVELS), 12.0)
        for _ in range(50):
            middle = (low + high) / 2
            spends = _crossing(times, look, middle, at, mass, sides) > _LEVELS * plan.shares[look]
            low, high = np.where(spends, middle, low), np.where(spends, high, middle)
        found.append(sides * special.ndtr(-(low + high) / 2))
    # a claim at one level is one at all larger ones
    return np.log(np.minimum.accumulate(np.array(found)[:, ::-1], axis=1)[:, ::-1])


@functools.lru_cache(maxsize=256)
def _walk(times: tuple[float, ...], bounds: tuple[float, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return nodes and masses, (nodes,) each, of a walk without drift that has not crossed, at each look."""
    steps: list[tuple[np.ndarray, np.ndarray]] = []
    at = mass = np.empty(0)
    for look, bound in enumerate(bounds):
        at, mass = _on(times, look, np.array([bound]), at, mass, 2)
        steps.append((at[0], mass[0]))
    return steps


def _on(
    times: Sequence[float], look: int, bound: np.ndarray, at: np.ndarray, mass: np.ndarray, sides: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and masses, (levels, nodes), of what has not crossed ``bound``, (levels,), from the look before."""
    low = -bound if sides == 2 else np.full(len(bound), -_FAR)
    half = (bound - low)[:, None] / 2
    here = low[:, None] + half * (1 + _NODES)
    if look == 0:
        density = np.exp(-(here**2) / 2)
        return here, density * half * _WEIGHTS / math.sqrt(2 * math.pi)
    kept = times[look - 1] / times[look]
    fresh = math.sqrt(1 - kept)
    off = (here[:, :, None] - math.sqrt(kept) * at[:, None, :]) / fresh
    density = np.einsum("lij,lj->li", np.exp(-(off**2) / 2), mass) / fresh
    return here, density * half * _WEIGHTS / math.sqrt(2 * math.pi)


def _crossing(
    times: Sequence[float], look: int, bound: np.ndarray, at: np.ndarray, mass: np.ndarray, sides: int
) -> np.ndarray:
    """Return the chance, (levels,), to cross ``bound``, (levels,), at a look and not before."""
    kept = times[look - 1] / times[look]
    fresh = math.sqrt(1 - kept)
    found = special.ndtr((math.sqrt(kept) * at - bound[:, None]) / fresh)
    if sides == 2:
        found = found + special.ndtr((-math.sqrt(kept) * at - bound[:, None]) / fresh)
    return np.asarray((mass * found).sum(axis=1))
