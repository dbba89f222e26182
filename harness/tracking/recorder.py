"""Writing: one experiment a study, a parent run for the study, a run a trial."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.records import Evaluated, Scored, Started, StopReason, TrialResult
from harness.study import EVALUATED, METRICS, Study, Variant
from harness.tracking.metric_names import in_mlflow

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_BATCH = 800
"""Metrics at once: MLflow takes at most 1,000 items, 100 params and 100 tags of them."""

_PART = 4000
"""Characters of a study that one tag holds: MLflow's limit is 8,000 bytes."""


@dataclass
class _Notes:
    """What is to be written to a run: metrics (name, value, step) and tags."""

    metrics: list[tuple[str, float, int]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


class Recorder:
    """Records one study's trials in MLflow.

    Args:
        client: of the store.
        store: the store's folder.
        study: the study.
        source: tags that say where the code and study come from (git revision, version).
        experiment: name of the MLflow experiment; the study's by default.
    """

    def __init__(
        self, client: MlflowClient, store: Path, study: Study, source: Mapping[str, str], experiment: str | None = None
    ) -> None:
        self.client = client
        self.study = study
        self.name = experiment or study.name
        self._source = dict(source)
        self.experiment_id = self._open_experiment(store)
        self.parent_id = self._open_parent()
        self._pending: dict[str, _Notes] = {}

    def _open_experiment(self, store: Path) -> str:
        name = self.name
        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            location = (store / "artifacts" / name).resolve().as_uri()
            return str(self.client.create_experiment(name, artifact_location=location))
        if experiment.lifecycle_stage != "active":
            raise UsageError(
                f"the MLflow experiment {name!r} was deleted in the MLflow UI. Restore it there "
                f"(`mlflow experiments restore -x {experiment.experiment_id}`), or run with --fresh."
            )
        return str(experiment.experiment_id)

    def _open_parent(self) -> str:
        runs = self.client.search_runs([self.experiment_id], "tags.`harness.kind` = 'study'", max_results=1)
        if runs:
            self.client.update_run(runs[0].info.run_id, status="RUNNING")
            run_id = str(runs[0].info.run_id)
        else:
            run = self.client.create_run(self.experiment_id, run_name=f"study {self.name}")
            run_id = str(run.info.run_id)
        source = str(self.study.source) if self.study.source else None
        self._tag(
            run_id,
            {
                "harness.kind": "study",
                "harness.study": self.name,
                "harness.digest": self.study.digest,
                "harness.question": self.study.question,
                **_in_parts(
                    {"given": self.study.given, "source": source, "text": self.study.text},
                ),
                "mlflow.note.content": f"**{self.study.question}**\n\n{self.study.notes}",
                **self._source,
            },
        )
        self.client.set_experiment_tag(self.experiment_id, "mlflow.note.content", f"**{self.study.question}**")
        self.client.log_text(run_id, self.study.text, f"{self.study.name}.toml")
        return run_id

    def start(self, trial: int, variant: Variant, replicate: int, phase: str) -> str:
        """Open the run of a trial; return its id."""
        tags = {
            "harness.kind": "trial",
            "harness.study": self.name,
            "harness.trial": str(trial),
            "harness.variant": variant.label,
            "harness.digest": variant.digest,
            "harness.replicate": str(replicate),
            "harness.seed": str(self.study.seed),
            "harness.phase": phase,
            "harness.settings": json.dumps(dict(variant.settings)),
            "mlflow.parentRunId": self.parent_id,
            **self._source,
        }
        name = f"{variant.label[:180]} · r{replicate} · #{trial}"
        run = self.client.create_run(self.experiment_id, run_name=name, tags=tags)
        params = {**variant.flat(), "replicate": str(replicate), "seed": str(self.study.seed)}
        self._log(run.info.run_id, params=params)
        return str(run.info.run_id)

    def started(self, run_id: str, event: Started) -> None:
        """Note where a trial runs and what its network costs; written with the next :meth:`flush`."""
        notes = self._notes(run_id)
        notes.tags |= {f"harness.{name}": str(value) for name, value in asdict(event.fingerprint).items()}
        notes.tags["harness.data_digest"] = event.data_digest
        notes.metrics += [(name, value, 0) for name, value in event.costs.items()]

    def evaluated(self, run_id: str, event: Evaluated) -> None:
        """Note an evaluation; written with the next :meth:`flush`."""
        values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
        self._notes(run_id).metrics += [(name, value, event.step) for name, value in values.items()]

    def tested(self, run_id: str, event: Scored) -> None:
        """Note how the test split scored on the way; written with the next :meth:`flush`."""
        values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
        self._notes(run_id).metrics += [(name, value, event.step) for name, value in values.items()]

    def _notes(self, run_id: str) -> _Notes:
        return self._pending.setdefault(run_id, _Notes())

    def flush(self) -> None:
        """Write all that was noted since the last time, one batch a run: a batch of one takes as long as of fifty."""
        while self._pending:
            run_id, notes = self._pending.popitem()
            self._log(run_id, metrics=notes.metrics, tags=notes.tags)

    def finish(self, run_id: str, result: TrialResult, artifacts: Path | None = None) -> None:
        """Close a run: FINISHED, or KILLED with a tag for one that was pruned."""
        metrics: dict[str, float] = {
            **{name: value for name, value in result.metrics.items() if name not in EVALUATED},
            **{f"{name}_seconds": seconds for name, seconds in asdict(result.clocks).items()},
            "images_per_second": result.images_per_second,
            "steps": result.steps,
            "epochs": result.epochs,
        }
        if result.steps_to_target is not None and result.seconds_to_target is not None:
            metrics["steps_to_target"] = result.steps_to_target
            metrics["seconds_to_target"] = result.seconds_to_target
        if result.refit_steps:
            metrics["refit_steps"] = result.refit_steps
        else:
            del metrics["refit_seconds"]
        pruned = result.stop_reason is StopReason.PRUNED
        notes = self._notes(run_id)
        end = result.steps + result.refit_steps
        notes.metrics += [(name, value, end) for name, value in metrics.items()]
        notes.tags |= {f"harness.{name}_digest": digest for name, digest in result.digests.items()}
        notes.tags["harness.stop_reason"] = result.stop_reason.value
        if pruned:
            notes.tags["harness.pruned"] = "true"
        if result.steps_to_target is not None and self.study.target:
            target = self.study.target
            notes.tags["mlflow.note.content"] = (
                f"Reached {METRICS[target.metric].title} {target.value:g} after {result.steps_to_target:,} steps."
            )
        self.flush()
        self._attach(run_id, artifacts)
        self.client.set_terminated(run_id, "KILLED" if pruned else "FINISHED")

    def refuse(self, run_id: str, reason: str) -> None:
        """Close the run of a variant that cannot be built: pruned before it began."""
        tags = {"harness.stop_reason": "pruned", "harness.pruned": "true", "harness.error": reason}
        self._log(run_id, tags=tags)
        self.client.set_terminated(run_id, "KILLED")

    def fail(self, run_id: str, message: str, details: str = "", artifacts: Path | None = None) -> None:
        """Close a run as FAILED, with the traceback as an artifact."""
        self.flush()
        self._log(run_id, tags={"harness.error": message, "harness.pruned": "false"})
        if details:
            self.client.log_text(run_id, details, "traceback.txt")
        self._attach(run_id, artifacts)
        self.client.set_terminated(run_id, "FAILED")

    def kill(self, run_id: str, reason: str, artifacts: Path | None = None) -> None:
        """Close a run as KILLED: interrupted from outside."""
        self.flush()
        tags = {
            "harness.stop_reason": StopReason.INTERRUPTED.value,
            "harness.error": reason,
            "harness.pruned": "false",  # it may have been cut off while it was being closed as pruned
        }
        self._log(run_id, tags=tags)
        self._attach(run_id, artifacts)
        self.client.set_terminated(run_id, "KILLED")

    def close(self, status: str) -> None:
        """Close the parent run with FINISHED, FAILED or KILLED."""
        self.flush()
        self.client.set_terminated(self.parent_id, status)

    def _attach(self, run_id: str, folder: Path | None) -> None:
        if folder is not None and folder.exists():
            self.client.log_artifacts(run_id, str(folder))
            shutil.rmtree(folder)

    def _tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        self._log(run_id, tags=tags)

    def _log(
        self,
        run_id: str,
        metrics: Iterable[tuple[str, float, int]] = (),
        params: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        rows = [Metric(in_mlflow(name), float(value), now, step) for name, value, step in metrics]
        texts = [Param(name, str(value)[:6000]) for name, value in (params or {}).items()]
        notes = [RunTag(name, value[:7900]) for name, value in (tags or {}).items()]
        self.client.log_batch(run_id, rows[:_BATCH], texts[:100], notes[:100])
        for first in range(_BATCH, len(rows), _BATCH):
            self.client.log_batch(run_id, rows[first : first + _BATCH])


def open_runs(client: MlflowClient, experiment_id: str) -> dict[str, int]:
    """Return run id -> trial number of the trials that MLflow holds open: left by a run that was killed."""
    found = client.search_runs(
        [experiment_id], "tags.`harness.kind` = 'trial' and attributes.status = 'RUNNING'", max_results=10_000
    )
    return {str(run.info.run_id): int(run.data.tags["harness.trial"]) for run in found}


def archive_experiment(client: MlflowClient, name: str, new_name: str) -> None:
    """Rename an experiment, if it exists, so that its name is free again. Deleted ones are restored first."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return
    if experiment.lifecycle_stage != "active":
        client.restore_experiment(experiment.experiment_id)
    client.rename_experiment(experiment.experiment_id, new_name)


def _in_parts(study: Mapping[str, Any]) -> dict[str, str]:
    """Return a study as tags ``harness.study.0``, ``harness.study.1`` and so on, each short enough for MLflow."""
    text = json.dumps(study)
    return {
        f"harness.study.{index}": text[first : first + _PART] for index, first in enumerate(range(0, len(text), _PART))
    }


def attach_report(client: MlflowClient, name: str, folder: Path) -> None:
    """Put a study's report beside the study's own run, replacing an earlier one; nothing if there is no such run."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return
    runs = client.search_runs([experiment.experiment_id], "tags.`harness.kind` = 'study'", max_results=1)
    if runs:
        client.log_artifacts(runs[0].info.run_id, str(folder), "report")
