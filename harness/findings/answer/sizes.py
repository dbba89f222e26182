"""How large a difference is, as people say it: points, per cent less or more, so many times."""

from __future__ import annotations

import math

from harness.judging import Contrast
from harness.metrics import METRICS

_MANY = 3.0
"""From so many times on a ratio is told as such: ``+282 %`` makes a reader calculate."""


def percent(ratio: float) -> str:
    """Write by how many per cent a ratio differs from 1: ``32``, ``7.3``, ``0.06``; never 100 for what is less."""
    size = 100 * abs(ratio - 1)
    if ratio >= 1:
        return f"{size:,.0f}" if size >= 9.95 else _few(size)
    left = 100 - size
    if left < 1:  # of almost nothing what is left counts
        return "100" if left == 0 else f"{size:.{-math.floor(math.log10(left))}f}"
    return f"{size:.0f}" if 9.95 <= size < 99 else _few(size)


def times(ratio: float) -> str:
    """Write a ratio of many in two digits, and all of a larger one's: ``3.8``, ``22``, ``1,234``."""
    return f"{ratio:.1f}".removesuffix(".0") if ratio < 9.95 else f"{ratio:,.0f}"


def short_size(contrast: Contrast) -> str:
    """Write the size of a contrast for a small cell: ``−0.73 points``, ``−32 %``, ``×3.8``; empty if there is none."""
    if math.isnan(contrast.estimate):
        return ""
    if contrast.kind == "difference":
        return METRICS[contrast.metric].show_difference(contrast.estimate)
    if not contrast.one_sided:
        return short_ratio(contrast.estimate)
    return f"at least {short_ratio(contrast.size)}" if 0 < contrast.size < math.inf else ""


def short_ends(contrast: Contrast) -> str:
    """Write the 95 % interval of a contrast for a small cell: ``−0.88 to −0.58``, ``−37 to −26 %``; empty if none."""
    low, high = contrast.low, contrast.high
    if math.isnan(low) or contrast.kind == "exact" or low == high:
        return ""
    if contrast.kind == "difference":
        metric = METRICS[contrast.metric]
        return f"{metric.signed(low)} to {metric.signed(high)}"
    if low == 0 and math.isinf(high):
        return "any ratio"
    if math.isinf(high):
        return f"{short_ratio(low)} or more" if low < math.inf else ""
    if low == 0:
        return f"up to {short_ratio(high)}" if high else ""
    if high >= _MANY:
        return f"{_bare(low)} to {_bare(high)}"
    return f"{short_ratio(low).removesuffix(' %')} to {short_ratio(high)}"


def short_ratio(ratio: float) -> str:
    """Write a ratio for a small cell: ``−32 %``, ``+67 %``, ``×3.8``, ``0 %``."""
    if ratio >= _MANY:
        return f"×{times(ratio)}"
    if ratio == 1:
        return "0 %"
    return f"{'+' if ratio > 1 else '−'}{percent(ratio)} %"


def _bare(ratio: float) -> str:
    return f"×{times(ratio)}" if ratio >= 1 else f"×{ratio:.2g}"


def _few(size: float) -> str:
    """Write a small number of per cent with one decimal, and with more where that would be none."""
    if size >= 0.05 or size == 0:
        return f"{size:.1f}".removesuffix(".0")
    return f"{size:.1g}" if size >= 1e-4 else f"{size:.0e}"
