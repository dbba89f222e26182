"""The two tables that results are kept in, a row a trial and a row an evaluation: what they are, and what may stand in
them.
"""

from harness.trials.cells import is_level, show_wrong
from harness.trials.checking import sift
from harness.trials.choosing import choose_trials, metrics_of, require_metric, row_of_metric, trial_facts
from harness.trials.diverged import without_divergence, without_lost_accuracies
from harness.trials.hits import HITS_FILE, with_hits
from harness.trials.kept import stored_asked, stored_study
from harness.trials.left_out import LeftOut, describe, keep_left_out, left_out_of
from harness.trials.places import differing_places, disturbed
from harness.trials.schema import (
    AT_AN_EVALUATION,
    DIGEST,
    EQUAL_FOR_SECONDS,
    FEATURES,
    HISTORY,
    HISTORY_COLUMNS,
    LOAD,
    PLACE,
    TRIAL_COLUMNS,
    TRIALS,
    Column,
)
from harness.trials.spent import Spent, longest_by_variant, spent_on
from harness.trials.tidy import tidy_history, tidy_trials

__all__ = [
    "AT_AN_EVALUATION",
    "DIGEST",
    "EQUAL_FOR_SECONDS",
    "FEATURES",
    "HISTORY",
    "HISTORY_COLUMNS",
    "HITS_FILE",
    "LOAD",
    "PLACE",
    "TRIALS",
    "TRIAL_COLUMNS",
    "Column",
    "LeftOut",
    "Spent",
    "choose_trials",
    "describe",
    "differing_places",
    "disturbed",
    "is_level",
    "keep_left_out",
    "left_out_of",
    "longest_by_variant",
    "metrics_of",
    "require_metric",
    "row_of_metric",
    "show_wrong",
    "sift",
    "spent_on",
    "stored_asked",
    "stored_study",
    "tidy_history",
    "tidy_trials",
    "trial_facts",
    "with_hits",
    "without_divergence",
    "without_lost_accuracies",
]
