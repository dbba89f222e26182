"""Intervals, paired comparisons, censored times, effects and verdicts: pure functions that cite their source."""

from harness.floors import LEVEL
from harness.stats.censored import Times, kaplan_meier_median, reached_by
from harness.stats.choosing import Within, within_one_standard_error
from harness.stats.effects import Alias, Effect, aliases, interactions, main_effects
from harness.stats.intervals import (
    Interval,
    bounded,
    geometric,
    mean_interval,
    power_of_e,
    prediction_interval,
    share_interval,
    spread_interval,
)
from harness.stats.looks import Looks, continued, once, planned
from harness.stats.multiplicity import holm
from harness.stats.new_images import accuracy_on_new_images, coin_spread, difference_on_new_images, image_variance
from harness.stats.outlook import Outlook, outlook
from harness.stats.paired import (
    PairedDifference,
    PairedRatio,
    difference_of_pairs,
    pair_up,
    paired_difference,
    ratio_of_pairs,
    sign_flip,
)
from harness.stats.sequential import chance_to_agree, chance_to_differ, nominal_level, overall_p, shrinkage
from harness.stats.spreads import step_of
from harness.stats.time_ratio import TimeRatio, time_ratio, within_margin_p
from harness.stats.verdicts import Claim, Judgement, Verdict, judge

__all__ = [
    "LEVEL",
    "Alias",
    "Claim",
    "Effect",
    "Interval",
    "Judgement",
    "Looks",
    "Outlook",
    "PairedDifference",
    "PairedRatio",
    "TimeRatio",
    "Times",
    "Verdict",
    "Within",
    "accuracy_on_new_images",
    "aliases",
    "bounded",
    "chance_to_agree",
    "chance_to_differ",
    "coin_spread",
    "continued",
    "difference_of_pairs",
    "difference_on_new_images",
    "geometric",
    "holm",
    "image_variance",
    "interactions",
    "judge",
    "kaplan_meier_median",
    "main_effects",
    "mean_interval",
    "nominal_level",
    "once",
    "outlook",
    "overall_p",
    "pair_up",
    "paired_difference",
    "planned",
    "power_of_e",
    "prediction_interval",
    "ratio_of_pairs",
    "reached_by",
    "share_interval",
    "shrinkage",
    "sign_flip",
    "spread_interval",
    "step_of",
    "time_ratio",
    "within_margin_p",
    "within_one_standard_error",
]
