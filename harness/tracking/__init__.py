"""The MLflow store: runs, metrics in batches, artifacts, status, reading back. The only importer of MLflow.

:mod:`harness.tracking.reading` reads the same SQLite file without importing MLflow: a hundred times faster.
"""

from harness.tracking.artifacts import add_artifacts, artifact_files, picture_folders
from harness.tracking.folder import LOCKS, make_store, require_folder
from harness.tracking.inspecting import broken_models, open_ends, outside, recorded_numbers, stray_runs
from harness.tracking.locks import is_running, lock_store, lock_study
from harness.tracking.models import fail_unfinished
from harness.tracking.networks import recorded_images, recorded_weights
from harness.tracking.overview import StudySummary, summaries
from harness.tracking.places import moved, write_text
from harness.tracking.reading import read_frames, read_result, read_trial, unreadable_runs
from harness.tracking.recorder import (
    Recorder,
    archive_experiment,
    attach_report,
    close_runs,
    experiment_names,
    is_unused,
    open_runs,
)
from harness.tracking.registry import ALIAS, register_model
from harness.tracking.runs import RecordedRun, find_run, is_run, model_file
from harness.tracking.store import DATABASE, check_store, is_unfinished, open_client, store_uri
from harness.tracking.studies import read_study

__all__ = [
    "ALIAS",
    "DATABASE",
    "LOCKS",
    "RecordedRun",
    "Recorder",
    "StudySummary",
    "add_artifacts",
    "archive_experiment",
    "artifact_files",
    "attach_report",
    "broken_models",
    "check_store",
    "close_runs",
    "experiment_names",
    "fail_unfinished",
    "find_run",
    "is_run",
    "is_running",
    "is_unfinished",
    "is_unused",
    "lock_store",
    "lock_study",
    "make_store",
    "model_file",
    "moved",
    "open_client",
    "open_ends",
    "open_runs",
    "outside",
    "picture_folders",
    "read_frames",
    "read_result",
    "read_study",
    "read_trial",
    "recorded_images",
    "recorded_numbers",
    "recorded_weights",
    "register_model",
    "require_folder",
    "store_uri",
    "stray_runs",
    "summaries",
    "unreadable_runs",
    "write_text",
]
