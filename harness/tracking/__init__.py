"""The MLflow store: runs, metrics in batches, artifacts, status, reading back. The only importer of MLflow.

:mod:`harness.tracking.reading` reads the same SQLite file without importing MLflow: a hundred times faster.
"""

from harness.tracking.artifacts import add_artifacts, artifact_files, picture_folders
from harness.tracking.overview import StudySummary, summaries
from harness.tracking.reading import read_frames, read_result, read_study, read_trial, unreadable_runs
from harness.tracking.recorder import Recorder, archive_experiment, attach_report, open_runs
from harness.tracking.registry import ALIAS, register_model
from harness.tracking.runs import RecordedRun, find_run, is_run, model_file
from harness.tracking.store import DATABASE, check_store, is_running, lock_store, lock_study, open_client, store_uri

__all__ = [
    "ALIAS",
    "DATABASE",
    "RecordedRun",
    "Recorder",
    "StudySummary",
    "add_artifacts",
    "archive_experiment",
    "artifact_files",
    "attach_report",
    "check_store",
    "find_run",
    "is_run",
    "is_running",
    "lock_store",
    "lock_study",
    "model_file",
    "open_client",
    "open_runs",
    "picture_folders",
    "read_frames",
    "read_result",
    "read_study",
    "read_trial",
    "register_model",
    "store_uri",
    "summaries",
    "unreadable_runs",
]
