"""A contrast in words, the same wherever it is shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.metrics import METRICS, NOTHING, show_ratio

if TYPE_CHECKING:
    from harness.judging.contrast import Contrast


def show_effect(contrast: Contrast) -> str:
    """Write the size of a contrast: ``−0.21 points``, ``0.44 times``, ``−0.0123``."""
    if math.isnan(contrast.estimate):
        return NOTHING
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.estimate, exact=contrast.kind == 'exact')} times"
    return METRICS[contrast.metric].show_difference(contrast.estimate)


def show_ends(contrast: Contrast) -> str:
    """Write the 95 % interval of a contrast: ``−0.30 to −0.12``."""
    if contrast.kind == "exact" and not math.isnan(contrast.estimate):
        return "exact"
    if math.isnan(contrast.low):
        return NOTHING
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.low)} to {show_ratio(contrast.high)}"
    metric = METRICS[contrast.metric]
    return f"{metric.signed(contrast.low)} to {metric.signed(contrast.high)}"


def show_verdict(contrast: Contrast) -> str:
    """Write the verdict, with about how many more replicates would decide it, and why a number is missing."""
    said = [str(contrast.verdict)]
    if contrast.more:
        said.append(f"about {counted(contrast.more, 'more replicate')}")
    return "; ".join([*said, contrast.note] if contrast.note else said)


def show_p(p: float) -> str:
    """Write a p-value: two significant digits, ``<0.001`` below that, a dash if there is none."""
    if math.isnan(p):
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.2g}"


def counted(n: int, noun: str) -> str:
    """Write ``1 pair``, ``3 pairs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
