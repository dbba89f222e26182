"""A variant against the base in one metric, and how it is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from harness.metrics import METRICS, NOTHING, counted, show_ratio
from harness.notebook import facts_table
from harness.stats import Outlook, Verdict


@dataclass(frozen=True)
class Contrast:
    """A variant against the base in one metric.

    Attributes:
        metric: name in :data:`harness.metrics.METRICS`.
        kind: "difference" in the metric's unit, paired by replicate; "ratio", the geometric mean of the paired
            ratios; "time_ratio", :class:`harness.stats.TimeRatio`, where some trials never reached the target;
            "exact", the ratio of two counts that no seed changes.
        estimate: variant minus base, or variant over base; NaN if it cannot be had. A time ratio may be infinite: the
            base is ahead by whatever ratio the variant's times are divided; or 0. After more than one look it is
            median-unbiased, since a comparison that stops where it looks best looks better than it is.
        low: lower end of the 95 % interval; NaN if there is none. It holds with those of all other looks at the same
            data, and leaves out no difference if and only if p is at most 5 %.
        high: upper end; infinite where the data set no bound, as the lower end of a time ratio may be 0.
        pairs: replicates that both have.
        p: two-sided p-value of "no difference", over all looks: Student's t for differences and ratios, that of
            the time ratio where some trials never reached the target; NaN if there is none.
        p_holm: that p-value adjusted for the number of comparisons in the report: what the verdict goes by.
        p_equivalent: adjusted p-value of "within the margin"; NaN without a margin.
        p_flips: sign-flip permutation p-value, as a check of the t test; NaN where there is none.
        effect_size: Hedges' g of the paired differences; NaN if there is none.
        won: pairs in which the variant is better, ties counted half; NaN if there are none.
        verdict: what follows.
        within: of an equivalent one, the interval that decided it: confidence, lower and upper end of the difference
            in the metric's unit, within the margin; None where there is none to show.
        more: about how many more replicates would decide it; None if it is decided or none can be named.
        note: why a number is missing, or what else a reader must know; empty if nothing.
        plain: the plain mean difference, or geometric mean ratio, of the same pairs; NaN where the estimate is it.
        futile: whether it is undecided and more replicates, as many as the study allows, would hardly decide it.
        low_new: of a test accuracy, lower end of the 95 % interval on new images like the test images: over seeds and
            images, where the other is over seeds alone. NaN if it cannot be had. No verdict goes by it.
        high_new: upper end.
        spreads: standard deviation of the variant's values over the base's, of the logarithms for a ratio, where they
            surely differ, so that the interval is widened; NaN elsewhere.
    """

    metric: str
    kind: Literal["difference", "ratio", "time_ratio", "exact"]
    estimate: float
    low: float = math.nan
    high: float = math.nan
    pairs: int = 0
    p: float = math.nan
    p_holm: float = math.nan
    p_equivalent: float = math.nan
    p_flips: float = math.nan
    effect_size: float = math.nan
    won: float = math.nan
    verdict: Verdict = Verdict.UNDECIDED
    more: Outlook | None = None
    note: str = ""
    plain: float = math.nan
    futile: bool = False
    low_new: float = math.nan
    high_new: float = math.nan
    within: tuple[float, float, float] | None = None
    spreads: float = math.nan

    @property
    def tested(self) -> bool:
        """Whether more replicates could still change the verdict."""
        return not math.isnan(self.p)

    @property
    def judged(self) -> bool:
        """Whether there is a verdict: undecided is one where a test found too little, not where there was no test."""
        return self.tested or self.verdict is not Verdict.UNDECIDED

    @property
    def one_sided(self) -> bool:
        """Whether a time ratio is told by the one end of its interval that the data set: "at least 1.9 times".

        That is so where any ratio is too small, or too large, and where 1 is excluded by an interval without its other
        end: where most trials never reached the target, the estimate is but a lower bound.
        """
        if self.kind != "time_ratio" or math.isnan(self.estimate):
            return False
        unbounded = (math.isinf(self.high) and self.low > 1) or (self.low == 0 and self.high < 1)
        return unbounded or not 0 < self.estimate < math.inf

    def __repr__(self) -> str:
        interval = f" ({show_ends(self)})" if show_ends(self) != NOTHING else ""
        pairs = f", {counted(self.pairs, 'pair')}" if self.pairs else ""
        p = "" if math.isnan(self.p_holm) else f", p (Holm) {show_p(self.p_holm)}"
        return f"<Contrast {self.metric}: {show_effect(self)}{interval}{pairs}{p}: {show_verdict(self)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return facts_table(
            [
                ("metric", METRICS[self.metric].title),
                ("verdict", show_verdict(self)),
                ("difference" if self.kind == "difference" else "ratio", show_effect(self)),
                ("95 % interval", "" if show_ends(self) == NOTHING else show_ends(self)),
                ("on new images", "" if show_new_ends(self) == NOTHING else show_new_ends(self)),
                ("pairs", str(self.pairs) if self.pairs else ""),
                ("p", "" if math.isnan(self.p) else show_p(self.p)),
                ("p (Holm)", "" if math.isnan(self.p_holm) else show_p(self.p_holm)),
            ]
        )


def show_effect(contrast: Contrast) -> str:
    """Write the size of a contrast: ``−0.21 points``, ``0.44 times``, ``−0.0123``."""
    if math.isnan(contrast.estimate):
        return NOTHING
    if contrast.kind == "time_ratio":
        return _show_time_ratio(contrast)
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.estimate, exact=contrast.kind == 'exact')} times"
    return METRICS[contrast.metric].show_difference(contrast.estimate)


def show_ends(contrast: Contrast) -> str:
    """Write the 95 % interval of a contrast: ``−0.30 to −0.12``."""
    if contrast.kind == "exact" and not math.isnan(contrast.estimate):
        return "exact"
    if math.isnan(contrast.low):
        return NOTHING
    if contrast.verdict is Verdict.IDENTICAL:
        return "the same"
    if contrast.kind == "time_ratio" and (contrast.low == 0 or math.isinf(contrast.high)):
        return _show_unbounded(contrast)
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.low)} to {show_ratio(contrast.high)}"
    metric = METRICS[contrast.metric]
    return f"{metric.signed(contrast.low)} to {metric.signed(contrast.high)}"


def show_new_ends(contrast: Contrast) -> str:
    """Write the 95 % interval of a contrast on new images: ``−0.45 to +0.03``."""
    if math.isnan(contrast.low_new):
        return NOTHING
    metric = METRICS[contrast.metric]
    return f"{metric.signed(contrast.low_new)} to {metric.signed(contrast.high_new)}"


def show_within(contrast: Contrast) -> str:
    """Write the interval by which a variant is equivalent: ``90 % interval −0.08 to +0.11 points``; empty without."""
    if contrast.within is None:
        return ""
    confidence, low, high = contrast.within
    metric = METRICS[contrast.metric]
    unit = metric.unit.points or metric.unit.abbreviation
    return f"{100 * confidence:.3g} % interval {metric.signed(low)} to {metric.signed(high)}{unit}"


def _show_time_ratio(contrast: Contrast) -> str:
    """Write a time ratio, or the end of its interval where that is all that is known."""
    if not contrast.one_sided:
        return f"{show_ratio(contrast.estimate)} times"
    if contrast.estimate > 1:
        bounded = 0 < contrast.low < math.inf
        return f"over {show_ratio(contrast.low)} times" if bounded else "no ratio"
    return f"under {show_ratio(contrast.high)} times" if 0 < contrast.high < math.inf else "no ratio"


def _show_unbounded(contrast: Contrast) -> str:
    """Write the interval of a time ratio to which the data set no upper or no lower bound."""
    if contrast.low == 0 and math.isinf(contrast.high):
        return "no bounds"
    if contrast.low == 0:
        return f"up to {show_ratio(contrast.high)}" if contrast.high else NOTHING
    return f"{show_ratio(contrast.low)} or more" if contrast.low < math.inf else NOTHING


def show_verdict(contrast: Contrast) -> str:
    """Write the verdict with what is behind it: the interval of equivalence, how many more would decide, and notes."""
    said = [
        str(contrast.verdict) if contrast.judged else "no verdict",
        *([show_within(contrast)] if contrast.within else []),
    ]
    if contrast.more:
        said.append(show_more(contrast))
    if not math.isnan(contrast.spreads):
        said.append(f"{show_spreads(contrast)}, interval widened")
    return "; ".join([*said, contrast.note] if contrast.note else said)


def show_more(contrast: Contrast) -> str:
    """Write about how many more replicates would decide it: ``about 4 to 9 more replicates``; empty if that is open."""
    more = contrast.more
    if more is None:
        return ""
    if more.even is None:
        if more.planned:
            return f"its {more.planned} replicates may not do"
        return f"more than {more.most} more replicates"
    if more.likely is None:
        if more.planned:
            few = counted(more.even, "more replicate")
            return f"about {few}, but all {more.planned} may not do"
        return f"about {more.even} to over {more.most} more replicates"
    fewest = "" if more.even == more.likely else f"{more.even} to "
    return f"about {fewest}{counted(more.likely, 'more replicate')}"


def show_outlook(contrast: Contrast, form: str = "{}") -> str:
    """Write in a sentence what would decide it: ``about 4 to 9 more replicates would tell``; empty if that is open."""
    if contrast.more and contrast.more.even is None and not contrast.more.planned:
        return form.format(f"{contrast.more.most} more replicates may not tell")
    more = show_more(contrast)
    return form.format(f"{more} would tell" if more.endswith(("replicate", "replicates")) else more) if more else ""


def show_spreads(contrast: Contrast) -> str:
    """Write how differently a variant and the base spread: ``spreads 3.1 times as widely``."""
    if math.isinf(contrast.spreads):
        return "spreads, the other does not"
    return f"spreads {show_ratio(contrast.spreads)} times as widely"


def show_p(p: float) -> str:
    """Write a p-value: two significant digits, ``<0.001`` below that, a dash if there is none."""
    if math.isnan(p):
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.2g}"
