"""Who is known to have reached a target before whom, when the times of one variant are divided by a ratio."""

from __future__ import annotations

from functools import cached_property

import numpy as np

_DECIMALS = 9
"""Of logarithms: times that would be equal but for the rounding of a division are equal."""


class GehanScores:
    """Scores of the trials of a variant and of the base, for any ratio between their times.

    A trial scores 1 for each of all other trials that is known to have reached the target before it, and -1 for each
    that is known to have reached it later or not at all (Gehan 1965, "A generalized Wilcoxon test for comparing
    arbitrarily singly-censored samples"). All scores sum to 0; the higher a trial's, the later it was.

    All times of the variant are divided by the ratio, those of censored trials too. A trial of one variant would then
    be watched for longer than one of the other. What happened later than the one that was watched for less time
    counts as not seen, so that trials of variants that do not differ have the same chance of being seen.

    Args:
        values: times of the variant, (n,), infinite for a censored trial that could never have reached the target.
        missed: whether each trial of the variant is censored, (n,).
        base: times of the base, (m,).
        base_missed: whether each trial of the base is censored, (m,).
    """

    def __init__(self, values: np.ndarray, missed: np.ndarray, base: np.ndarray, base_missed: np.ndarray) -> None:
        with np.errstate(divide="ignore"):
            ours, theirs = np.log(values), np.log(base)
        until, base_until = _watched(ours, missed, theirs, base_missed)
        with np.errstate(invalid="ignore"):  # of two that are infinite there is no difference, and no order
            self._apart = np.round(ours[:, None] - theirs, _DECIMALS)
            self._seen_from = np.round(ours - base_until, _DECIMALS)
            self._base_seen_to = np.round(until - theirs, _DECIMALS)
        self._missed, self._base_missed = missed, base_missed
        self._before = _before(ours, missed)
        self._base_before = _before(theirs, base_missed)

    @cached_property
    def borders(self) -> np.ndarray:
        """Logarithms of the ratios at which some score changes, and 0, that of equal times; sorted, (k,)."""
        every = np.concatenate([self._apart.ravel(), self._seen_from, self._base_seen_to, [0.0]])
        return np.unique(every[np.isfinite(every)])

    def at(self, log_ratio: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores of the variant, (n,), and of the base, (m,), for the logarithm of a ratio."""
        seen = ~self._missed & (self._seen_from <= log_ratio)
        base_seen = ~self._base_missed & (self._base_seen_to >= log_ratio)
        level = self._apart == log_ratio
        ahead = seen[:, None] & ((self._apart < log_ratio) | (level & self._base_missed))
        behind = base_seen & ((self._apart > log_ratio) | (level & self._missed[:, None]))
        before, base_before = self._before & seen[:, None], self._base_before & base_seen[:, None]
        cross = behind.astype(np.int64) - ahead
        scores = cross.sum(axis=1) + before.sum(axis=0) - before.sum(axis=1)
        base_scores = -cross.sum(axis=0) + base_before.sum(axis=0) - base_before.sum(axis=1)
        return scores.astype(float), base_scores.astype(float)


def _watched(ours: np.ndarray, missed: np.ndarray, theirs: np.ndarray, base_missed: np.ndarray) -> tuple[float, float]:
    """Return up to when each variant was watched, in the unit of the times given.

    That is the longest time of a variant of which some trial was censored. One whose trials all reached the target, or
    could never have, was watched for longer than it shows: for as long as the other, and at least for its longest
    time. Without a limit if neither was cut short.
    """
    longest = [float(np.max(times, initial=-np.inf, where=np.isfinite(times))) for times in (ours, theirs)]
    cut = [bool((np.isfinite(times) & gone).any()) for times, gone in ((ours, missed), (theirs, base_missed))]
    if not any(cut):
        return np.inf, np.inf
    until = [own if short else max(longest) for own, short in zip(longest, cut, strict=True)]
    return until[0], until[1]


def _before(times: np.ndarray, missed: np.ndarray) -> np.ndarray:
    """Return whether trial i of a variant, a row, is known to have reached the target before its trial k, (n, n)."""
    sooner, level = times[:, None] < times, times[:, None] == times
    earlier: np.ndarray = ~missed[:, None] & (sooner | (level & missed))
    return earlier
