"""One run of MLflow copied: what it says, what it measured, its files and its models."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import RunError
from harness.store.recording import Depot

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Metric, Run

_PARENT = "mlflow.parentRunId"
_OWN = ("harness.ticket",)
"""Tags that each store gives a run of its own."""

_TEXTS, _METRICS = 100, 800
"""What MLflow takes at once."""

_MADE_ANEW = "MLmodel"
"""File of a model that names the ids of its run and of itself."""


def copy_run(
    run: Run,
    measured: Sequence[Metric],
    source: Depot,
    target: Depot,
    experiment_id: str,
    known: Mapping[str, str],
) -> tuple[str, int]:
    """Copy a run, with its files, and compare these; return its new id and how many files it has.

    Args:
        run: the run.
        measured: everything that was measured in it.
        source: where it is.
        target: where it is to be.
        experiment_id: of its experiment there.
        known: old id -> new one of the runs copied so far: the study's own comes first.

    Raises:
        RunError: if a file is another one afterwards.
    """
    client = target.client
    tags = {name: text for name, text in run.data.tags.items() if name not in _OWN}
    if _PARENT in tags:
        tags[_PARENT] = known.get(tags[_PARENT], tags[_PARENT])
    made = client.create_run(experiment_id, run.info.start_time, {}, run.info.run_name)
    run_id = str(made.info.run_id)
    _write_texts(target, run_id, tags, run.data.params)
    if run.inputs and run.inputs.dataset_inputs:
        client.log_inputs(run_id, run.inputs.dataset_inputs)
    with tempfile.TemporaryDirectory() as folder:
        files = _copy_files(source, str(run.info.artifact_uri), target, str(made.info.artifact_uri), Path(folder),
                            lambda left: client.log_artifacts(run_id, str(left)))  # fmt: skip
    of_models: dict[tuple[str, int, int], Metric] = {}
    for output in run.outputs.model_outputs if run.outputs else ():
        model = source.client.get_logged_model(output.model_id)
        model_id, count = _copy_model(model, int(output.step), source, target, experiment_id, run_id)
        files += count
        of_models |= {(one.key, one.timestamp, one.step): _of(one, model_id) for one in model.metrics or ()}
    points = [of_models.get((one.key, one.timestamp, one.step), one) for one in measured]
    for first in range(0, len(points), _METRICS):
        client.log_batch(run_id, metrics=points[first : first + _METRICS], synchronous=True)
    client.set_terminated(run_id, run.info.status, run.info.end_time)
    return run_id, files


def _write_texts(target: Depot, run_id: str, tags: Mapping[str, str], params: Mapping[str, str]) -> None:
    from mlflow.entities import Param, RunTag

    all_tags = [RunTag(name, text) for name, text in tags.items()]
    all_params = [Param(name, text) for name, text in params.items()]
    for first in range(0, max(len(all_tags), len(all_params)), _TEXTS):
        part = slice(first, first + _TEXTS)
        target.client.log_batch(run_id, (), all_params[part], all_tags[part], synchronous=True)


def _of(metric: Metric, model_id: str) -> Metric:
    from mlflow.entities import Metric

    return Metric(
        metric.key, metric.value, metric.timestamp, metric.step, model_id, metric.dataset_name, metric.dataset_digest
    )


def _copy_model(
    model: LoggedModel, step: int, source: Depot, target: Depot, experiment_id: str, run_id: str
) -> tuple[str, int]:
    """Copy a logged model; return its new id and how many files it has."""
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    client = target.client
    made: Any = client.create_logged_model(
        experiment_id, name=model.name, source_run_id=run_id, tags=dict(model.tags or {}),
        params=dict(model.params or {}), model_type=model.model_type,
    )  # fmt: skip
    model_id = str(made.model_id)
    client.log_outputs(run_id, [LoggedModelOutput(model_id, step)])

    def put(left: Path) -> None:
        if (left / _MADE_ANEW).is_file():
            about = Model.load(str(left / _MADE_ANEW))
            about.run_id, about.model_id, about.model_uuid = run_id, model_id, model_id
            about.artifact_path = made.artifact_location
            about.save(str(left / _MADE_ANEW))
        client.log_model_artifacts(model_id, str(left))

    with tempfile.TemporaryDirectory() as folder:
        count = _copy_files(
            source, str(model.artifact_location), target, str(made.artifact_location), Path(folder), put
        )
    client.finalize_logged_model(model_id, "READY" if model.status == "READY" else "FAILED")
    return model_id, count


def _copy_files(source: Depot, old: str, target: Depot, new: str, folder: Path, put: Any) -> int:
    """Copy the files at an address, fetch them back, and compare; return how many there are."""
    left, back = folder / "left", folder / "back"
    left.mkdir()
    source.fetch(old, left)
    before = _digests(left)
    if not before:
        return 0
    put(left)
    back.mkdir()
    target.fetch(new, back)
    after = _digests(back)
    if wrong := sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)):
        raise RunError(
            f"{new}: {', '.join(wrong[:5])} came out other than it went in. Nothing was renamed: copy again."
        )
    return len(before)


def _digests(folder: Path) -> dict[str, str]:
    files: Iterable[Path] = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): ""
        if path.name == _MADE_ANEW
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
