"""A contrast in words, the same wherever it is shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.metrics import METRICS

if TYPE_CHECKING:
    from harness.judging.contrast import Contrast

NOTHING = "–"
"""Stands where there is no value."""


def show_effect(contrast: Contrast) -> str:
    """Write the size of a contrast: ``−0.21 points``, ``0.44 times``, ``−0.0123``."""
    if math.isnan(contrast.estimate):
        return NOTHING
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.estimate, exact=contrast.kind == 'exact')} times"
    unit = " points" if METRICS[contrast.metric].unit == "share" else ""
    return f"{signed(contrast.metric, contrast.estimate)}{unit}"


def show_ends(contrast: Contrast) -> str:
    """Write the 95 % interval of a contrast: ``−0.30 to −0.12``."""
    if contrast.kind == "exact" and not math.isnan(contrast.estimate):
        return "exact"
    if math.isnan(contrast.low):
        return NOTHING
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.low)} to {show_ratio(contrast.high)}"
    return f"{signed(contrast.metric, contrast.low)} to {signed(contrast.metric, contrast.high)}"


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


def signed(metric: str, difference: float) -> str:
    """Write a difference with its sign: points of a per cent for a share."""
    unit = METRICS[metric].unit
    text = f"{100 * difference:.2f}" if unit == "share" else f"{difference:.{'3g' if unit == 'number' else '4f'}}"
    if float(text) == 0:
        return text.removeprefix("-")
    return f"−{text[1:]}" if text.startswith("-") else f"+{text}"


def show_ratio(ratio: float, exact: bool = False) -> str:
    """Write a ratio with two decimals, with three digits below 0.1 and thousands separated where it is large.

    One that is exact gets as many decimals as it takes to tell it from 1.
    """
    digits = next((digits for digits in range(2, 9) if round(ratio, digits) != 1), 2)
    if exact and digits > 2:
        return f"{ratio:.{digits}f}"
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def counted(n: int, noun: str) -> str:
    """Write ``1 pair``, ``3 pairs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
