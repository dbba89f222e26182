"""Times to a target that some trials never reached, compared."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.judging.contrast import Contrast
from harness.judging.look import Look
from harness.metrics import METRICS
from harness.stats import Times, time_ratio, within_margin_p


def censored(
    metric: str, values: Times, base: Times, label: str, margin: float | None, level: float, overlap: float
) -> Look:
    """Judge by the time ratio; some trials never reached the target, and they count.

    Args:
        metric: name in :data:`harness.metrics.METRICS`.
        values: of a variant.
        base: of the base.
        label: what the base is called.
        margin: difference that does not matter, in the metric's unit; None for none.
        level: the error that the p-value of this look may need to stay below.
        overlap: held-out over training images of a cross-validation; 0 where replicates are independent.
    """
    counts = [f"{int(each.missed.sum())} of {len(each.missed)}" for each in (values, base)]
    note = f"{counts[0]} never reached it; {label}: {counts[1]}"
    found = time_ratio(values, base, level, overlap)
    contrast = Contrast(metric, "time_ratio", found.estimate, pairs=found.n, note=note)
    if math.isnan(found.p_value) or math.isnan(found.estimate):
        return Look(replace(contrast, estimate=math.nan))
    apart = found.differences
    return Look(
        contrast,
        found.p_value,
        improves=(found.estimate < 1) == (METRICS[metric].better == "lower"),
        same=math.nan if margin is None else within_margin_p(values, base, margin, level, overlap),
        interval=found.interval,
        scale=(float(apart.mean()), float(apart.std(ddof=1)), None),
    )
