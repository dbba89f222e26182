"""Numbers and settings as people read them, the same in every format."""

from __future__ import annotations

import math

from harness.judging import Contrast
from harness.stats import Interval
from harness.study import METRICS, TargetSpec

NOTHING = "–"
"""Stands where there is no value."""


def show_value(metric: str, value: float) -> str:
    """Write one value: per cent for a share (without the sign), three digits for seconds, thousands separated."""
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "not reached"
    unit = METRICS[metric].unit
    if unit == "share":
        return f"{100 * value:.2f}"
    if unit == "nats":
        return f"{value:.4f}"
    if unit == "seconds":
        return three_digits(value)
    if unit == "number":
        return f"{value:.3g}"
    return f"{value:,.0f}"


def show_interval(metric: str, interval: Interval) -> str:
    """Write ``98.12 (97.90 to 98.34)``, or the value alone where there is no interval."""
    value = show_value(metric, interval.estimate)
    if math.isnan(interval.low) or math.isnan(interval.high):
        return value
    return f"{value} ({show_value(metric, interval.low)} to {show_value(metric, interval.high)})"


def show_effect(contrast: Contrast) -> str:
    """Write the size of a contrast: ``−0.21 points``, ``0.44 times``, ``−0.0123``."""
    if math.isnan(contrast.estimate):
        return NOTHING
    if contrast.kind != "difference":
        return f"{show_ratio(contrast.estimate)} times"
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


def show_ratio(ratio: float) -> str:
    """Write a ratio with two decimals, with three digits below 0.1 and thousands separated where it is large."""
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def three_digits(value: float) -> str:
    """Write a positive number with about three digits: ``0.44``, ``12.3``, ``1,234``."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def show_target(target: TargetSpec | None) -> str:
    """Write the target: "98 % validation accuracy", "a validation loss of 0.05"; empty without one."""
    if target is None:
        return ""
    title = METRICS[target.metric].title
    share = METRICS[target.metric].unit == "share"
    text = f"{100 * target.value:.6g} % {title}" if share else f"a {title} of {target.value:g}"
    return text if target.in_a_row == 1 else f"{text} at {target.in_a_row} evaluations in a row"


def listed(items: list[str], last: str = "and") -> str:
    """Write ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(n: int, noun: str) -> str:
    """Write ``1 pair``, ``3 pairs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def with_unit(metric: str, value: float) -> str:
    """Write one value with its unit: ``98.12 %``, ``1.38 s``; counts, steps and losses have none."""
    unit = {"share": " %", "seconds": " s"}.get(METRICS[metric].unit, "")
    return show_value(metric, value) + (unit if math.isfinite(value) else "")
