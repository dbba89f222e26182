"""What a study's trials say of each variant against the base: which test, on which data, with which verdict.

The same rules judge in a report and decide, while a study runs, which comparisons still need replicates.
"""

from harness.judging.contrast import Contrast
from harness.judging.effects import FactorEffect, cells_of
from harness.judging.family import Judged, compare, judge_study, looks_of, open_comparisons
from harness.judging.folds import overlap_of, parts_of
from harness.judging.new_images import accuracy_interval, hits_of, is_of_hits
from harness.judging.pairings import NOT_INFERIOR, Conclusion, Pairing, compare_pairings
from harness.judging.pairs import Pair
from harness.judging.sample import IDENTITY, Sample, censor

__all__ = [
    "IDENTITY",
    "NOT_INFERIOR",
    "Conclusion",
    "Contrast",
    "FactorEffect",
    "Judged",
    "Pair",
    "Pairing",
    "Sample",
    "accuracy_interval",
    "cells_of",
    "censor",
    "compare",
    "compare_pairings",
    "hits_of",
    "is_of_hits",
    "judge_study",
    "looks_of",
    "open_comparisons",
    "overlap_of",
    "parts_of",
]
