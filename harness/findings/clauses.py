"""One contrast within a sentence: what it comes to, and what that rests on."""

from __future__ import annotations

import math

from harness.judging import Contrast
from harness.judging.contrast import show_ends, show_p
from harness.metrics import METRICS, counted, show_ratio
from harness.stats import Verdict


def clause(contrast: Contrast, target: str) -> str:
    """Say what a contrast comes to, as the end of a sentence about the variant: "ends 0.20 points lower in ..."."""
    metric = METRICS[contrast.metric]
    if contrast.kind == "time_ratio" and not contrast.one_sided and contrast.low == 0 and math.isinf(contrast.high):
        text = f"may need fewer or more {metric.unit.name} to {target}, by any factor"
    elif contrast.one_sided:
        text = _one_sided(contrast, target)
    elif metric.watched:
        text = f"reaches {target} in {show_ratio(contrast.estimate)} times the {metric.unit.name}"
    elif contrast.kind != "difference":
        text = metric.ratio.format(show_ratio(contrast.estimate, exact=contrast.kind == "exact"))
    elif float(metric.show(abs(contrast.estimate))) == 0:
        text = f"ends level in {metric.title}"
    else:
        size = f"{metric.show(abs(contrast.estimate))}{metric.unit.points}"
        text = f"ends {size} {'higher' if contrast.estimate > 0 else 'lower'} in {metric.title}"
    return text


def _one_sided(contrast: Contrast, target: str) -> str:
    """Say by how much a variant is at least ahead or behind, where so many missed the target that no more is known."""
    unit = METRICS[contrast.metric].unit.name
    if contrast.estimate > 1:
        known = 0 < contrast.low < math.inf
        return (
            f"takes at least {show_ratio(contrast.low)} times the {unit} to {target}"
            if known
            else f"needs more {unit} to {target}, or never gets there"
        )
    known = 0 < contrast.high < math.inf
    return (
        f"takes at most {show_ratio(contrast.high)} times the {unit} to {target}"
        if known
        else f"needs fewer {unit} to {target}, if the other gets there at all"
    )


def evidence(contrast: Contrast, said_pairs: int) -> str:
    """Return interval, pairs and p in brackets; what the clause before has said is left out."""
    if contrast.kind == "exact":
        return "exact"
    if contrast.verdict is Verdict.IDENTICAL:
        return f"the same to the bit in {counted(contrast.pairs, 'paired replicate')}"
    if contrast.pairs == 1:
        return "1 pair, no interval"
    ends, p = show_ends(contrast), f"p = {show_p(contrast.p_holm)}".replace("= <", "< ")
    if math.isnan(contrast.low):
        ends = "no interval"
    elif ends == "no bounds":
        ends = "the 95 % interval has no bounds"
    elif not said_pairs:
        ends = f"95 % interval {ends}"
    said = [ends] if contrast.pairs == said_pairs else [ends, counted(contrast.pairs, "paired replicate")]
    said += [p] if contrast.judged else []
    return "; ".join([*said, contrast.note] if contrast.note else said)
