"""How many more pairs would decide a comparison."""

from __future__ import annotations

import functools
import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from harness.stats.spreads import wider

_EVEN, _LIKELY = 0.5, 0.8
_DRAWS = 512
_SEED = 20_261_126
_USUAL = 1.0
"""Standard deviation of true differences, in deviations of a pair, before any is seen.

Without it few pairs promise too much: their own deviation may be small by chance. In simulated comparisons of 5 and 10
pairs, at 5 % and an eighth of it, whose true differences spread by a half, one and two, the larger figure (80 %)
decides 70, 84 and 87 % of cases and the smaller one (50 %) 43, 56 and 59 %.
"""


@dataclass(frozen=True)
class Outlook:
    """About how many more pairs would decide a comparison.

    Attributes:
        even: so many decide it with an even chance; None if the most that were thought of have less.
        likely: so many with a chance of four in five; None likewise.
        most: the most that were thought of.
        planned: replicates of the whole plan, if those are all that it has left; 0 if they are not.
    """

    even: int | None
    likely: int | None
    most: int
    planned: int = 0


def outlook(
    estimate: float,
    deviation: float,
    pairs: int,
    sizes: Sequence[int],
    levels: Callable[[int], tuple[float, float]],
    margin: float | None = None,
    overlap: float = 0.0,
    unlike: bool = False,
    planned: int = 0,
) -> Outlook | None:
    """Return about how many more pairs would decide a comparison that is open.

    The chance that so many do is the predictive one (Spiegelhalter, Freedman & Blackburn 1986, "Monitoring clinical
    trials: conditional or predictive power?"): the pairs that there are stay, those to come are drawn from every mean
    and deviation that the pairs so far leave possible, each as often as it is likely. So a difference that three pairs
    estimate is not taken for the truth.

    Args:
        estimate: mean difference of the pairs so far.
        deviation: standard deviation of their differences.
        pairs: how many they are.
        sizes: numbers of pairs, increasing, after which it may be judged again; all above ``pairs``.
        levels: of a number of pairs, the levels at which "no difference" and "differs by the margin" are tested then.
        margin: difference that does not matter; None for none.
        overlap: held-out over training images of a cross-validation: what no number of repetitions takes away.
        unlike: whether the spreads of the two differ, so that standard errors are widened.
        planned: replicates of the whole plan, if ``sizes`` are all that it has left.

    Returns:
        None where nothing can be told: no ``sizes``, fewer than two pairs, or differences without a spread.
    """
    if not sizes or pairs < 2 or math.isnan(estimate) or not 0 < deviation < math.inf:
        return None

    @functools.cache
    def chance(size: int) -> float:
        return _chance(estimate, deviation, pairs, size - pairs, levels(size), margin, overlap, unlike)

    def first(least: float) -> int | None:
        # more pairs tell more, but for the draws
        place = bisect_left(sizes, least, key=chance)
        return sizes[place] - pairs if place < len(sizes) else None

    return Outlook(first(_EVEN), first(_LIKELY), sizes[-1] - pairs, planned)


def _chance(
    estimate: float,
    deviation: float,
    pairs: int,
    more: int,
    levels: tuple[float, float],
    margin: float | None,
    overlap: float,
    unlike: bool,
) -> float:
    """Return the chance that so many more pairs lead to a verdict."""
    first, second = _normal()
    sigma = deviation * np.sqrt((pairs - 1) / _squares(pairs - 1, 2))
    truth = estimate + sigma * first / math.sqrt(pairs)
    weights = np.exp(-0.5 * (truth / sigma / _USUAL) ** 2)
    added = truth + sigma * second / math.sqrt(more)
    size = pairs + more
    mean = (pairs * estimate + more * added) / size
    squares = (pairs - 1) * deviation**2 + sigma**2 * _squares(more - 1, 3)
    squares += pairs * more / size * (estimate - added) ** 2
    error = np.sqrt(squares / (size - 1) * (1 / size + overlap)) * (wider(size) if unlike else 1.0)
    decided = np.abs(mean) >= float(special.stdtrit(size - 1, 1 - levels[0] / 2)) * error
    if margin is not None:
        decided |= margin - np.abs(mean) >= float(special.stdtrit(size - 1, 1 - levels[1])) * error
    total = float(weights.sum())
    return float(weights[decided].sum()) / total if total else 1.0


@functools.cache
def _uniform() -> np.ndarray:
    """Return points that fill the unit cube evenly, (draws, 4): few do the work of many (Sobol 1967)."""
    return np.asarray(stats.qmc.Sobol(4, rng=np.random.default_rng(_SEED)).random(_DRAWS))


@functools.cache
def _normal() -> tuple[np.ndarray, np.ndarray]:
    return special.ndtri(_uniform()[:, 0]), special.ndtri(_uniform()[:, 1])


@functools.lru_cache(maxsize=512)
def _squares(degrees: int, column: int) -> np.ndarray:
    """Return draws of chi-square, (draws,)."""
    if not degrees:
        return np.zeros(_DRAWS)
    return np.asarray(2 * special.gammaincinv(degrees / 2, _uniform()[:, column]))
