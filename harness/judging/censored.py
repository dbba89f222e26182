"""Times to a target that some trials never reached, compared."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.judging.contrast import Contrast, Evidence
from harness.judging.looking import at_looks, confidence
from harness.metrics import METRICS
from harness.stats import Claim, Looks, Times, over_looks, time_ratio, within_margin_p


def censored(
    metric: str, values: Times, base: Times, label: str, margin: float | None, level: float, plan: Looks
) -> Evidence:
    """Judge by the time ratio; some trials never reached the target, and they count.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        values: of a variant.
        base: of the base.
        label: what the base is called.
        margin: difference that does not matter, in the metric's unit; None for none.
        level: the error that a comparison may need to stay below, before it is shared among looks.
        plan: when the data are looked at.
    """
    counts = [f"{int(each.missed.sum())} of {len(each.missed)}" for each in (values, base)]
    note = f"{counts[0]} never reached it; {label}: {counts[1]}"
    both = values.at.index.intersection(base.at.index).sort_values()
    steps = [
        time_ratio(values.of(both[:size]), base.of(both[:size]), level * plan.share(look))
        for look, size in enumerate(at_looks(len(both), plan))
    ]
    found = steps[-1]
    contrast = Contrast(metric, "time_ratio", found.estimate, pairs=found.n, note=note)
    if math.isnan(found.p_value) or math.isnan(found.estimate):
        return Evidence(replace(contrast, estimate=math.nan))
    p = over_looks([one.p_value for one in steps], plan)
    same = math.nan
    if margin is not None:
        within = [within_margin_p(values.of(both[: one.n]), base.of(both[: one.n]), margin, level) for one in steps]
        same = over_looks(within, plan)
    ends = found.interval(confidence(found.n, plan))
    improves = (found.estimate < 1) == (METRICS[metric].better == "lower")
    apart = found.differences
    return Evidence(
        replace(contrast, low=ends.low, high=ends.high, p=p),
        Claim(improves, p, same),
        (float(apart.mean()), float(apart.std(ddof=1)), None),
    )
