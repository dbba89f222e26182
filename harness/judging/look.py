"""What one look at the data says of a comparison, and what all looks say together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.judging.contrast import Contrast
from harness.stats import (
    LEVEL,
    Claim,
    Interval,
    Looks,
    PairedDifference,
    chance_to_agree,
    chance_to_differ,
    nominal_level,
    overall_p,
    shrinkage,
)

_FUTILE = 0.05
"""Chance of a verdict at the last look below which a comparison is not worth going on with."""


@dataclass(frozen=True)
class Look:
    """What the data of one look say, as if it were the only one. Its own data choose its test.

    Attributes:
        contrast: kind, estimate, pairs and what else a reader is told; p-value and interval are of all looks.
        p: two-sided p-value of "no difference"; NaN without a test.
        improves: whether the variant is on the good side of no difference, as the statistic that gave p has it.
        same: one-sided p-value of "within the margin"; NaN without a margin.
        interval: the interval at a confidence, of the estimate's own scale. It leaves out no difference if and only if
            p is at most 1 minus the confidence. None without a test.
        flips: works out the sign-flip permutation p-value; None where there is none.
        absolute: the paired differences and the margin in the metric's unit, which equivalence is judged by; None
            without a margin.
        scale: estimate and deviation of the paired differences (logarithms for a ratio) and the margin on that scale,
            from which the replicates still needed are worked out; None without a test.
    """

    contrast: Contrast
    p: float = math.nan
    improves: bool = False
    same: float = math.nan
    interval: Callable[[float], Interval] | None = None
    flips: Callable[[], float] | None = None
    absolute: tuple[PairedDifference, float] | None = None
    scale: tuple[float, float, float | None] | None = None


@dataclass(frozen=True)
class Evidence:
    """A comparison that waits to be judged beside the others.

    Attributes:
        contrast: all but the verdict and what is adjusted.
        claim: what the verdict goes by; None where nothing is tested.
        scale: as in :class:`Look`, of the look that is shown.
        absolute: likewise.
        looks: what the looks so far said, the first one first.
        plan: all looks, those to come included; None without a test.
        times: the same looks by the pairs that they had, where some were lost; None without a test.
        shown: which of the looks the contrast tells of.
        waits: whether nothing is tested since the first look is still to come.
    """

    contrast: Contrast
    claim: Claim | None = None
    scale: tuple[float, float, float | None] | None = None
    looks: Sequence[Look] = field(default=(), repr=False)
    plan: Looks | None = None
    times: Looks | None = None
    shown: int = 0
    absolute: tuple[PairedDifference, float] | None = None
    waits: bool = False

    @property
    def next_look(self) -> int | None:
        """Replicates at the next look; None if none is to come, or without a test."""
        return self.plan.sizes[len(self.looks)] if self.plan and len(self.looks) < len(self.plan.sizes) else None

    @property
    def last_look(self) -> int | None:
        """Replicates at the last look; None without a test."""
        return self.plan.sizes[-1] if self.plan else None

    @property
    def lost(self) -> int:
        """Replicates of the latest look that make no pair: some failed, or others used the machine."""
        if self.plan is None:
            return 0
        return max(0, self.plan.sizes[len(self.looks) - 1] - self.looks[-1].contrast.pairs)

    def futile(self, level: float) -> bool:
        """Whether going on would hardly decide it: neither "no difference" nor "within the margin".

        That no more replicates are spent on it makes no claim easier: boundaries are those of a study that goes on
        (non-binding futility; Lakens, Pahlke & Wassmer 2021, "Group sequential designs: a tutorial").

        Args:
            level: error that it may make; the same at all looks, so that what was ended is not begun again.
        """
        if self.times is None or self.next_look is None:
            return False
        at, last = len(self.looks) - 1, self.looks[-1]
        if chance_to_differ(last.p, self.times, at, level) >= _FUTILE:
            return False
        estimate, deviation, margin = last.scale or (math.nan, math.nan, None)
        if margin is None:
            return math.isnan(last.same)  # of censored times nothing tells how likely equivalence is
        return chance_to_agree(estimate, deviation, margin, self.times, at, level) < _FUTILE

    def unbiased(self, level: float) -> Contrast:
        """Return the contrast with an estimate that more than one look does not bias; the plain one of a single look.

        Args:
            level: error that it may make.
        """
        found, seen = self.contrast, self.looks[: self.shown + 1]
        if self.times is None or len(seen) < 2 or not (math.isfinite(found.estimate) and found.estimate):
            return found
        by = shrinkage([one.p for one in seen], [one.improves for one in seen], self.times, level)
        estimate = found.estimate * by if found.kind == "difference" else found.estimate**by
        return replace(found, estimate=min(max(estimate, found.low), found.high), plain=found.estimate)


def together(looks: Sequence[Look], plan: Looks) -> Evidence:
    """Return what the looks so far say together: one estimate, interval, sign and p-value that agree.

    The p-value is the smallest overall error at which some look leads to a claim, the interval the repeated confidence
    interval of the last look. Where the last look alone would not say what was claimed before, the contrast is that of
    the latest look that does: what was decided is not taken back.
    """
    if math.isnan(looks[-1].p):  # what cannot be compared now was not decided before: some broke off, say
        return Evidence(looks[-1].contrast)
    times = plan.with_pairs([look.contrast.pairs for look in looks])
    ps = [overall_p(look.p, times, place) for place, look in enumerate(looks)]
    sames = [overall_p(look.same, times, place, sides=1) for place, look in enumerate(looks)]
    p, same = _least(ps), _least(sames)
    decided = looks[ps.index(p)].improves

    def tells(place: int) -> tuple[bool, bool]:
        agrees = ps[place] > LEVEL if p > LEVEL else ps[place] <= LEVEL and looks[place].improves is decided
        return agrees and not math.isnan(ps[place]), not same <= LEVEL or sames[place] <= LEVEL

    backwards = range(len(looks) - 1, -1, -1)
    shown = max(backwards, key=lambda place: (*tells(place), place))
    look, contrast = looks[shown], replace(looks[shown].contrast, p=p)
    if look.interval:
        ends = look.interval(1 - nominal_level(LEVEL, times, shown))
        contrast = replace(contrast, low=ends.low, high=ends.high)
    if look.flips:
        contrast = replace(contrast, p_flips=look.flips())
    if shown < len(looks) - 1:
        told = f"of the look after {plan.sizes[shown]} replicates, which decided it"
        contrast = replace(contrast, note="; ".join(filter(None, [contrast.note, told])))
    improves = decided if p <= LEVEL else look.improves
    return Evidence(contrast, Claim(improves, p, same), look.scale, looks, plan, times, shown, look.absolute)


def _least(values: Sequence[float]) -> float:
    return min((value for value in values if not math.isnan(value)), default=math.nan)
