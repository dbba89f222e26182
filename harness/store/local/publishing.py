"""What is put into a store in a folder after a run: a study's report, and the network that stands for it."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError
from harness.store.facts import Registered
from harness.store.local.database import DATABASE, opened_client
from harness.store.local.files.places import copy_files, place_of, within
from harness.store.local.sqlite import in_words
from harness.store.quiet import quiet_mlflow
from harness.store.record.experiments import note_answer, study_run_address
from harness.store.record.models import IN_MODEL, damage_of
from harness.store.record.registry import ALIAS, model_to_register, register_model


def attach_report(store: Path, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
    """Put a study's report beside the study's own run, replacing an earlier one; nothing if there is no such run.

    The files are copied, without MLflow: its client would take the place that a store which was moved had before.

    Raises:
        UsageError: if the run's files are recorded at a place outside the store, or the store may not be written to.
        RunError: if its disk is full.
    """
    with in_words(store), quiet_mlflow, opened_client(store) as client:
        address = study_run_address(client, name)
        if address is not None:
            copy_files(folder, within(store, place_of(store, address) / "report"), store)
            note_answer(client, name, answer, verdicts)


def register(store: Path, name: str, run_id: str, about: str, why: str) -> Registered:
    """Register a run's network as a new version of the one that stands for a study.

    Raises:
        UsageError: if the run has no network or a damaged one, or the name is one that MLflow refuses.
    """
    with in_words(store), quiet_mlflow, opened_client(store) as client:
        model = model_to_register(client, name, run_id)
        _require_whole(store, name, model.artifact_location)
        version = register_model(client, name, model, about, why)
    return Registered(version, f"models:/{name}@{ALIAS}", f"sqlite:///{store / DATABASE}")


def _require_whole(store: Path, name: str, address: str) -> None:
    """Look at the files of a model before anybody is told that it loads."""
    folder = place_of(store, address)
    file = folder / IN_MODEL
    problem = damage_of(within(store, file))
    if problem is None and not (folder / "MLmodel").is_file():
        problem = "its file MLmodel is missing"
    if problem is not None:
        raise UsageError(
            f"--register: the model of {name!r} must be whole, {file}: {problem}. Put the file back, or train again."
        )
