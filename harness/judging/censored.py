"""Times to a target that some trials never reached, compared."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.judging.contrast import Contrast, Evidence
from harness.judging.looking import at_looks, confidence
from harness.stats import Claim, Looks, Times, log_rank, over_looks, restricted_ratio


def censored(metric: str, values: Times, base: Times, label: str, plan: Looks) -> Evidence:
    """Judge by the log-rank test; some trials never reached the target, and they count."""
    counts = [f"{int(each.missed.sum())} of {len(each.missed)}" for each in (values, base)]
    note = f"{counts[0]} never reached it; {label}: {counts[1]}"
    found = restricted_ratio(values, base)
    contrast = Contrast(metric, "restricted", math.nan, pairs=found.n, note=note)
    if found.n < 2 or math.isnan(found.estimate) or (values.missed.all() and base.missed.all()):
        return Evidence(contrast)
    both = values.at.index.intersection(base.at.index).sort_values()
    seen = [both[:size] for size in at_looks(len(both), plan)]
    p = over_looks([log_rank(values.of(some), base.of(some)) for some in seen], plan)
    ends = found.interval(confidence(found.n, plan))
    contrast = replace(contrast, estimate=found.estimate, low=ends.low, high=ends.high, p=p)
    deviation = found.standard_error * math.sqrt(found.n)
    return Evidence(contrast, Claim(found.estimate < 1, p), (math.log(found.estimate), deviation, None))
