"""Times to a target that some trials never reached, compared."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.judging.contrast import Contrast
from harness.judging.look import Look
from harness.stats import Times, log_rank, restricted_ratio


def censored(metric: str, values: Times, base: Times, label: str) -> Look:
    """Judge by the log-rank test; some trials never reached the target, and they count."""
    counts = [f"{int(each.missed.sum())} of {len(each.missed)}" for each in (values, base)]
    note = f"{counts[0]} never reached it; {label}: {counts[1]}"
    found = restricted_ratio(values, base)
    contrast = Contrast(metric, "restricted", math.nan, pairs=found.n, note=note)
    if found.n < 2 or math.isnan(found.estimate) or (values.missed.all() and base.missed.all()):
        return Look(contrast)
    both = values.at.index.intersection(base.at.index).sort_values()
    p = log_rank(values.of(both), base.of(both))
    deviation = found.standard_error * math.sqrt(found.n)
    return Look(
        replace(contrast, estimate=found.estimate),
        p,
        improves=found.estimate < 1,
        interval=found.interval,
        scale=(math.log(found.estimate), deviation, None),
    )
