"""Numbers and settings as people read them, the same in every format."""

from __future__ import annotations

import math

from harness.metrics import METRICS
from harness.stats import Interval

ON_NEW_IMAGES = "on new images"
"""Heading of intervals over seeds and images."""


def show_interval(metric: str, interval: Interval) -> str:
    """Write ``98.12 (97.90 to 98.34)``, or the value alone where there is no interval."""
    show = METRICS[metric].show
    if math.isnan(interval.low) or math.isnan(interval.high):
        return show(interval.estimate)
    return f"{show(interval.estimate)} ({show_ends_of(metric, interval)})"


def show_ends_of(metric: str, interval: Interval) -> str:
    """Write ``97.90 to 98.34``."""
    show = METRICS[metric].show
    return f"{show(interval.low)} to {show(interval.high)}"


def listed(items: list[str], last: str = "and") -> str:
    """Write ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def quoted(label: str) -> str:
    """Hold together a label that has commas of its own."""
    return f"“{label}”" if ", " in label else label
