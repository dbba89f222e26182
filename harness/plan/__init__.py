"""What is trained next: policies, sampling, pruning, replicates, resuming. Optuna's ask and tell."""

from harness.plan.plan import Plan
from harness.plan.rebuild import RecordedTrial, rebuild_study
from harness.plan.storage import (
    known_results,
    note_run,
    open_study,
    read_meaning,
)
from harness.plan.trials import CONFIRM_FROM, INTERRUPTED, Assignment

__all__ = [
    "CONFIRM_FROM",
    "INTERRUPTED",
    "Assignment",
    "Plan",
    "RecordedTrial",
    "known_results",
    "note_run",
    "open_study",
    "read_meaning",
    "rebuild_study",
]
