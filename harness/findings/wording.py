"""Numbers and settings as people read them, the same in every format."""

from __future__ import annotations

import math

from harness.judging.wording import (
    NOTHING,
    counted,
    show_effect,
    show_ends,
    show_p,
    show_ratio,
    show_verdict,
    signed,
)
from harness.metrics import METRICS
from harness.stats import Interval
from harness.study import TargetSpec

__all__ = [
    "NOTHING",
    "counted",
    "listed",
    "quoted",
    "show_effect",
    "show_ends",
    "show_interval",
    "show_p",
    "show_ratio",
    "show_target",
    "show_value",
    "show_verdict",
    "signed",
    "three_digits",
    "with_unit",
]


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


def with_unit(metric: str, value: float) -> str:
    """Write one value with its unit: ``98.12 %``, ``1.38 s``; counts, steps and losses have none."""
    unit = {"share": " %", "seconds": " s"}.get(METRICS[metric].unit, "")
    return show_value(metric, value) + (unit if math.isfinite(value) else "")


def quoted(label: str) -> str:
    """Hold together a label that has commas of its own."""
    return f"“{label}”" if ", " in label else label
