"""A study's experiment and its own run in MLflow, made or gone on with."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.records import Asked
from harness.store.record.batches import Batch
from harness.store.record.describing import describe_study
from harness.store.record.disk import Disk
from harness.store.record.experiments import STUDIES, count_finished
from harness.store.record.kept import STUDY_FILE, STUDY_TAG, asked_of_kept, kept_from, kept_study
from harness.store.record.trial_run import NOTE, cut
from harness.store.record.view import COLOUR, VIEW_TAG, runs_view
from harness.study import Study

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

_KIND = "mlflow.experimentKind"
"""MLflow's tag for what an experiment is for: training models, and not language models and agents."""
_GREY = "#777777"
"""Colour of the study's own run among those of its variants."""


@dataclass(frozen=True)
class StudyRun:
    """The own run of a study that is being run.

    Attributes:
        experiment_id: MLflow's id of the study's experiment.
        run_id: MLflow's id of the run.
        began: when the run began first, in milliseconds since 1970.
        asked: what was asked of the study so far, in order.
    """

    experiment_id: str
    run_id: str
    began: int
    asked: tuple[Asked, ...]


def open_study_run(client: MlflowClient, disk: Disk, study: Study, name: str, source: Mapping[str, str]) -> StudyRun:
    """Open the study's own run, or make it; it is never without what says that it is one.

    Args:
        client: of the store.
        disk: of the store.
        study: the study, which the run keeps whole.
        name: of the study in the store.
        source: tags that say where the code and study come from.

    Raises:
        UsageError: if the experiment was deleted in the MLflow UI, or its files are elsewhere.
    """
    experiment_id = _open_experiment(client, disk, name)
    tags = {
        "harness.kind": "study",
        "harness.study": name,
        "harness.digest": study.digest,
        "harness.question": study.question,
        NOTE: describe_study(study, name, is_run=True),
        COLOUR: _GREY,
        **source,
    }
    runs = client.search_runs([experiment_id], STUDIES, max_results=1)
    if runs:
        run = runs[0]
        client.update_run(run.info.run_id, status="RUNNING")
    else:
        run = client.create_run(experiment_id, run_name=f"study {name}", tags=cut(tags))
    run_id = str(run.info.run_id)
    asked = _keep_study(client, disk, study, name, run)
    Batch(tags).write(client, run_id)
    about = cut({NOTE: describe_study(study, name, is_run=False)})
    for tag, text in {**about, _KIND: "custom_model_development", VIEW_TAG: runs_view(study)}.items():
        client.set_experiment_tag(experiment_id, tag, text)
    return StudyRun(experiment_id, run_id, int(run.info.start_time), asked)


def _open_experiment(client: MlflowClient, disk: Disk, name: str) -> str:
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return str(client.create_experiment(name, artifact_location=disk.address(name)))
    if experiment.lifecycle_stage != "active":
        raise UsageError(
            f"the MLflow experiment {name!r} was deleted in the MLflow UI. Restore it there "
            f"(`mlflow experiments restore -x {experiment.experiment_id}`), or run with --fresh."
        )
    disk.require_inside(experiment.artifact_location)
    return str(experiment.experiment_id)


def _keep_study(client: MlflowClient, disk: Disk, study: Study, name: str, run: Run) -> tuple[Asked, ...]:
    """Keep the study, whole, in one file, and drop the tags of earlier versions; return what was asked of it."""
    tags, address = client.get_run(run.info.run_id).data.tags, run.info.artifact_uri
    try:
        kept = kept_from(disk.read_text(address, STUDY_FILE), tags)
    except (ValueError, TypeError, RecursionError):  # what is damaged is said anew
        kept = {}
    asked = asked_of_kept(
        {**kept, "name": name} if kept else {}, study, lambda: count_finished(client, run.info.experiment_id)
    )
    disk.write_text(address, STUDY_FILE, json.dumps(kept_study(study, asked)))
    disk.write_text(address, f"{study.name}.toml", study.text)
    for name, text in _called_apart(study.code).items():
        disk.write_text(address, name, text)
    for tag in tags:
        if re.fullmatch(re.escape(STUDY_TAG) + r"\d+", tag):
            client.delete_tag(run.info.run_id, tag)
    return asked


def _called_apart(code: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the user's code by names without folders: ``nets.py``, ``nets-2.py`` for a second of one."""
    called: dict[str, str] = {}
    for file, text in code.items():
        path = PurePosixPath(file)
        names = itertools.chain([path.name], (f"{path.stem}-{number}.py" for number in itertools.count(2)))
        called[next(name for name in names if name not in called)] = text
    return called
