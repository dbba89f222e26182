"""The MLflow store: runs, metrics in batches, artifacts, status, reading back. The only importer of MLflow.

:mod:`harness.tracking.reading` reads the same SQLite file without importing MLflow: a hundred times faster.
"""

from harness.tracking.reading import StudySummary, read_frames, read_result, summaries
from harness.tracking.recorder import Recorder, archive_experiment, attach_report, open_runs
from harness.tracking.registry import ALIAS, register_model
from harness.tracking.store import DATABASE, check_store, is_running, lock_store, lock_study, open_client, store_uri

__all__ = [
    "ALIAS",
    "DATABASE",
    "Recorder",
    "StudySummary",
    "archive_experiment",
    "attach_report",
    "check_store",
    "is_running",
    "lock_store",
    "lock_study",
    "open_client",
    "open_runs",
    "read_frames",
    "read_result",
    "register_model",
    "store_uri",
    "summaries",
]
