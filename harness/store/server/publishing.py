"""What is put on servers after a run: a study's report, and the network that stands for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness.errors import UsageError
from harness.store.facts import Registered
from harness.store.profiles import Servers
from harness.store.record.experiments import note_answer, study_run_address
from harness.store.record.models import IN_MODEL, damage_of
from harness.store.record.registry import ALIAS, model_to_register, register_model
from harness.store.server.reading.opening import asked


def attach_report(servers: Servers, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
    """Put a study's report beside the study's own run, replacing an earlier one; nothing if there is no such run."""
    with asked(servers) as client:
        from harness.store.server.artifacts import Artifacts

        address = study_run_address(client, name)
        if address is not None:
            Artifacts(client, address).put(folder, "report")
            note_answer(client, name, answer, verdicts)


def register(servers: Servers, name: str, run_id: str, about: str, why: str) -> Registered:
    """Register a run's network as a new version of the one that stands for a study.

    Raises:
        UsageError: if the run has no network or a damaged one, or the name is one that MLflow refuses.
    """
    with asked(servers) as client, tempfile.TemporaryDirectory() as folder:
        from harness.store.server.artifacts import Artifacts

        model = model_to_register(client, name, run_id)
        there = Artifacts(client, str(model.artifact_location))
        file = there.fetch(IN_MODEL, Path(folder) / "model.keras")
        problem = damage_of(file) if file else "it is missing"
        if problem is None and there.text("MLmodel") is None:
            problem = "its file MLmodel is missing"
        if problem is not None:
            raise UsageError(
                f"--register: the model of {name!r} must be whole, {model.artifact_location}/{IN_MODEL}: {problem}. "
                "Put the file back, or train again."
            )
        version = register_model(client, name, model, about, why)
    return Registered(version, f"models:/{name}@{ALIAS}", servers.tracking_uri)
