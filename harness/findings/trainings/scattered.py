"""Whether the trainings of a variant are so unlike each other that a mean would describe none of them."""

from __future__ import annotations

import math

import numpy as np

from harness.findings.groups import Group
from harness.records import StopReason

GAP = 0.05
"""Between neighbours among the ends of trainings: half of what one class of ten is worth."""


def why_apart(group: Group, ends: np.ndarray) -> str:
    """Return why a mean of a variant's trainings would describe none of them; empty where it may be drawn.

    Some diverged; some never answer with some class, which costs about its whole share of the images; or their ends
    leave a gap of five points of accuracy.

    Args:
        group: the trials.
        ends: what each training measured last, if that is a share; empty for other metrics.
    """
    count = int(group.finished.sum())
    if count < 2:
        return ""
    diverged = int((group.values("stop_reason") == StopReason.NOT_FINITE).sum())
    if diverged:
        return f"{diverged} of {count} diverged"
    dead = group.values("dead_classes").astype(float) if "dead_classes" in group.columns else np.zeros(0)
    silent = int((dead > 0).sum())
    if silent:
        return f"{silent} of {count} never predict some class"
    known = np.sort(ends[~np.isnan(ends)])
    gap = float(np.diff(known).max(initial=0.0))
    if gap > GAP and not math.isclose(gap, GAP):
        return f"their ends leave a gap of {100 * gap:.0f} points"
    return ""
