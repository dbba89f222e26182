"""The two tables that results are kept in, a row a trial and a row an evaluation: what they are, and what may stand in
them.
"""

from harness.trials.checking import (
    DIGEST,
    LeftOut,
    describe,
    is_level,
    keep_left_out,
    left_out_of,
    show_wrong,
    sift,
    stored_study,
)
from harness.trials.tidy import (
    FINGERPRINT,
    HISTORY_COLUMNS,
    TRIAL_COLUMNS,
    differing_places,
    tidy_history,
    tidy_trials,
)

__all__ = [
    "DIGEST",
    "FINGERPRINT",
    "HISTORY_COLUMNS",
    "TRIAL_COLUMNS",
    "LeftOut",
    "describe",
    "differing_places",
    "is_level",
    "keep_left_out",
    "left_out_of",
    "show_wrong",
    "sift",
    "stored_study",
    "tidy_history",
    "tidy_trials",
]
