"""Intervals, paired comparisons, censored times and verdicts: pure functions that cite their source."""

from harness.stats.censored import kaplan_meier_median
from harness.stats.intervals import Interval, mean_interval, spread_interval
from harness.stats.paired import PairedDifference, PairedRatio, paired_difference, paired_ratio
from harness.stats.verdicts import Verdict, verdict

__all__ = [
    "Interval",
    "PairedDifference",
    "PairedRatio",
    "Verdict",
    "kaplan_meier_median",
    "mean_interval",
    "paired_difference",
    "paired_ratio",
    "spread_interval",
    "verdict",
]
