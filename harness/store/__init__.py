"""The MLflow store: runs, metrics in batches, artifacts, status, reading back. The only importer of MLflow.

:mod:`harness.store.local.reading` reads the same SQLite file without importing MLflow: a hundred times faster.
"""

from harness.store.local.artifacts import add_artifacts, artifact_files, picture_folders
from harness.store.local.database import DATABASE, check_store, is_unfinished, open_client, store_uri
from harness.store.local.folder import LOCKS, make_store, require_folder
from harness.store.local.inspecting import broken_models, open_ends, outside, recorded_numbers, stray_runs
from harness.store.local.locks import is_running, lock_store, lock_study
from harness.store.local.networks import recorded_images, recorded_weights
from harness.store.local.overview import StudySummary, summaries
from harness.store.local.places import moved, write_text
from harness.store.local.reading import read_frames, read_result, read_trial, unreadable_runs
from harness.store.local.runs import RecordedRun, find_run, is_run, model_file
from harness.store.local.studies import read_study
from harness.store.record.models import fail_unfinished
from harness.store.record.recorder import (
    Recorder,
    archive_experiment,
    attach_report,
    close_runs,
    experiment_names,
    is_unused,
    open_runs,
)
from harness.store.record.registry import ALIAS, register_model

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
