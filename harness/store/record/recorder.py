"""Writing: one experiment a study, a parent run for the study, a run a trial."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.escaping import markdown
from harness.metrics import EVALUATED
from harness.records import Evaluated, Scored, Started, StopReason, TrialResult
from harness.store.local.database import DATABASE
from harness.store.local.places import copy_files, place_of, within, write_text
from harness.store.local.sqlite import gone, in_words
from harness.store.local.studies import STUDY_FILE, STUDY_TAG
from harness.store.record.batches import Batch, Measured, now
from harness.store.record.datasets import dataset_input
from harness.store.record.describing import describe_end, describe_study, describe_trial
from harness.store.record.machine import Machine
from harness.store.record.models import MODEL_FILE, Trained, describe_input, fail_models, fail_unfinished, log_model
from harness.store.record.pictures import log_steps
from harness.store.record.view import VIEW_TAG, runs_view
from harness.study import Study, Variant, show_level

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_ABOUT = 4000
"""Characters of a description before its trial has ended."""

_NOTE = "mlflow.note.content"
"""MLflow's tag for the description of an experiment, a run or a model."""

_NOTE_LENGTH = 7900
"""Characters of a description: MLflow takes 8,000 of a run, and more of an experiment."""

_KIND = "mlflow.experimentKind"
"""MLflow's tag for what an experiment is for: training models, and not language models and agents."""

_OF_MODEL = ("test_accuracy", "test_loss", "steps_to_target", "seconds_to_target", "train_seconds", "steps")
"""What is noted of a trained network at its end, and of its logged model too."""


@dataclass
class _Open:
    """What is known of a run under way, for what is written at its end."""

    trial: int
    variant: Variant
    replicate: int
    phase: str
    about: str
    started: Started | None = None
    started_at: int = 0
    last: Evaluated | None = None
    last_at: int = 0


class Recorder:
    """Records one study's trials in MLflow.

    Args:
        client: of the store.
        store: the store's folder.
        study: the study.
        source: tags that say where the code and study come from (git revision, version).
        experiment: name of the MLflow experiment; the study's by default.
        databases: files of the store that must stay what they are while this records.
    """

    def __init__(
        self,
        client: MlflowClient,
        store: Path,
        study: Study,
        source: Mapping[str, str],
        experiment: str | None = None,
        databases: Sequence[str] = (DATABASE,),
    ) -> None:
        self.client = client
        self.store = store
        self.study = study
        self.name = experiment or study.name
        self._source = dict(source)
        self._databases = {store / name: (store / name).stat().st_ino for name in databases}
        self.experiment_id = self._open_experiment()
        self.parent_id = self._open_parent()
        self._pending: dict[str, Batch] = {}
        self._open: dict[str, _Open] = {}

    def _open_experiment(self) -> str:
        name = self.name
        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            location = (self.store / "artifacts" / name).resolve().as_uri()
            return str(self.client.create_experiment(name, artifact_location=location))
        if experiment.lifecycle_stage != "active":
            raise UsageError(
                f"the MLflow experiment {name!r} was deleted in the MLflow UI. Restore it there "
                f"(`mlflow experiments restore -x {experiment.experiment_id}`), or run with --fresh."
            )
        place_of(self.store, experiment.artifact_location)
        return str(experiment.experiment_id)

    def _open_parent(self) -> str:
        """Open the study's own run, or make it; it is never without what says that it is one."""
        tags = {
            "harness.kind": "study",
            "harness.study": self.name,
            "harness.digest": self.study.digest,
            "harness.question": self.study.question,
            _NOTE: describe_study(self.study, self.name, is_run=True),
            **self._source,
        }
        runs = self.client.search_runs([self.experiment_id], "tags.`harness.kind` = 'study'", max_results=1)
        if runs:
            run = runs[0]
            self.client.update_run(run.info.run_id, status="RUNNING")
        else:
            run = self.client.create_run(self.experiment_id, run_name=f"study {self.name}", tags=_cut(tags))
        run_id = str(run.info.run_id)
        self._machine = Machine(self.client, run_id, run.info.start_time)
        self._keep_study(run_id, place_of(self.store, run.info.artifact_uri))
        self._tag(run_id, tags)
        about = {_NOTE: describe_study(self.study, self.name, is_run=False), _KIND: "custom_model_development"}
        for tag, text in {**about, VIEW_TAG: runs_view(self.study)}.items():
            self.client.set_experiment_tag(self.experiment_id, tag, text[:_NOTE_LENGTH])
        return run_id

    def _keep_study(self, run_id: str, folder: Path) -> None:
        """Keep the study, whole, in one file; drop the tags that earlier versions kept it in."""
        source = str(self.study.source) if self.study.source else None
        kept = {"given": self.study.given, "source": source, "text": self.study.text}
        write_text(folder, STUDY_FILE, json.dumps(kept))
        write_text(folder, f"{self.study.name}.toml", self.study.text)
        for tag in self.client.get_run(run_id).data.tags:
            if re.fullmatch(re.escape(STUDY_TAG) + r"\d+", tag):
                self.client.delete_tag(run_id, tag)

    def start(self, trial: int, variant: Variant, replicate: int, phase: str, refused: str | None = None) -> str:
        """Open the run of a trial; return its id.

        Args:
            trial: the trial's number.
            variant: what is trained.
            replicate: which replicate of it.
            phase: what for.
            refused: why it cannot be built, of one that :meth:`refuse` is to close: Optuna knows it by now.
        """
        self._require_there()
        about = describe_trial(self.study, self.name, variant, replicate, phase)[:_ABOUT]
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
            _NOTE: about,
            **self._source,
            **(_refusal(refused, about) if refused else {}),
        }
        name = _run_name(variant, replicate, trial)
        run = self.client.create_run(self.experiment_id, run_name=name, tags=_cut(tags))
        run_id = str(run.info.run_id)
        params = {**variant.flat(), "replicate": str(replicate), "seed": str(self.study.seed)}
        Batch().write(self.client, run_id, params)
        self._open[run_id] = _Open(trial, variant, replicate, str(phase), about)
        return run_id

    def started(self, run_id: str, event: Started) -> None:
        """Record the images of a trial; note where it runs and what its network costs, for the next :meth:`flush`."""
        notes, run = self._notes(run_id), self._open[run_id]
        notes.tags |= {f"harness.{name}": str(value) for name, value in asdict(event.fingerprint).items()}
        notes.tags["harness.data_digest"] = event.data_digest
        run.started, run.started_at = event, notes.add(event.costs, 0)
        self.client.log_inputs(run_id, [dataset_input(self.study, run.variant.data, event)])

    def evaluated(self, run_id: str, event: Evaluated) -> None:
        """Note an evaluation; written with the next :meth:`flush`."""
        values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
        run = self._open[run_id]
        run.last, run.last_at = event, self._notes(run_id).add(values, event.step)

    def tested(self, run_id: str, event: Scored) -> None:
        """Note how the test split scored on the way; written with the next :meth:`flush`."""
        values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
        self._notes(run_id).add(values, event.step)

    def _notes(self, run_id: str) -> Batch:
        return self._pending.setdefault(run_id, Batch())

    def sample_machine(self) -> None:
        """Note what the machine is doing, for the study's own run, if it is time for it."""
        if sample := self._machine.sample():
            self._notes(self.parent_id).add(sample[1], sample[0])

    def flush(self) -> None:
        """Write all that was noted since the last time, one batch a run.

        Raises:
            RunError: if the store is no longer there: what is written goes to a file without a name.
        """
        self._require_there()
        while self._pending:
            run_id, notes = self._pending.popitem()
            notes.write(self.client, run_id)

    def finish(self, run_id: str, result: TrialResult, artifacts: Path | None = None) -> None:
        """Close a run: FINISHED with its model logged, or KILLED with a tag for one that was pruned."""
        self._require_there()
        pruned = result.stop_reason is StopReason.PRUNED
        run = self._open[run_id]
        measured = None if pruned else self._keep_model(run_id, run, result, artifacts)
        notes = self._notes(run_id)
        end, ended = result.steps + result.refit_steps, now()
        for name, value in _final_metrics(result).items():
            notes.add({name: value}, end, ended, measured if name in _OF_MODEL else None)
        notes.tags |= {f"harness.{name}_digest": digest for name, digest in result.digests.items()}
        notes.tags["harness.stop_reason"] = result.stop_reason.value
        if pruned:
            notes.tags["harness.pruned"] = "true"
        notes.tags[_NOTE] = f"{describe_end(self.study, result)}\n\n{run.about}"
        self.flush()
        self._attach(run_id, artifacts)
        self._end(run_id, "KILLED" if pruned else "FINISHED")

    def _keep_model(self, run_id: str, run: _Open, result: TrialResult, artifacts: Path | None) -> Measured | None:
        """Log a trained network; note again, as its own, what it costs and how it was evaluated last."""
        started = run.started
        if started is None or not started.image_shape or artifacts is None or not (artifacts / MODEL_FILE).exists():
            return None
        variant = run.variant
        varied = {path: show_level(level) for path, level in variant.settings.items()}
        trained = Trained(
            name=_run_name(variant, run.replicate, run.trial),
            run_id=run_id,
            step=result.steps + result.refit_steps,
            variant=variant,
            started=started,
            params={**varied, "variant": variant.label, "replicate": str(run.replicate), "phase": run.phase},
            tags={
                "harness.study": self.name,
                "harness.trial": str(run.trial),
                "harness.variant": variant.label,
                "harness.scaling": variant.data.scaling,
                _NOTE: f"**Input:** {describe_input(started.image_shape, variant.data)}\n\n{run.about}",
            },
            file=artifacts / MODEL_FILE,
        )
        model_id = log_model(self.client, self.experiment_id, trained)
        measured = Measured(model_id, variant.data.name, started.data_digest)
        notes = self._notes(run_id)
        notes.add(started.costs, 0, run.started_at, measured)
        if run.last and not result.refit_steps:  # after a refit, the network is another one than was evaluated
            notes.add(run.last.metrics, run.last.step, run.last_at, measured)
        return measured

    def refuse(self, run_id: str, reason: str) -> None:
        """Close the run of a variant that cannot be built: pruned before it began."""
        self._tag(run_id, _refusal(reason, self._ended(run_id, "").lstrip()))
        self._end(run_id, "KILLED")

    def fail(self, run_id: str, message: str, details: str = "", artifacts: Path | None = None) -> None:
        """Close a run as FAILED, with the traceback as an artifact."""
        self.flush()
        note = self._ended(run_id, f"**Failed:** {markdown(message)}")
        self._tag(run_id, {"harness.error": message, "harness.pruned": "false", _NOTE: note})
        if details:
            self.client.log_text(run_id, details, "traceback.txt")
        self._attach(run_id, artifacts)
        self._end(run_id, "FAILED")

    def kill(self, run_id: str, reason: str, artifacts: Path | None = None) -> None:
        """Close a run as KILLED: interrupted from outside. One that was refused stays so."""
        self.flush()
        known = self.client.get_run(run_id).data.tags
        if known.get("harness.pruned") == "true" and "harness.error" in known:
            self._end(run_id, "KILLED")
            return
        tags = {
            "harness.stop_reason": StopReason.INTERRUPTED.value,
            "harness.error": reason,
            "harness.pruned": "false",  # it may have been cut off while it was being closed as pruned
            _NOTE: self._ended(run_id, f"**Stopped:** {markdown(reason)}."),
        }
        self._tag(run_id, tags)
        fail_models(self.client, run_id)
        self._clear_halves(run_id)
        self._attach(run_id, artifacts)
        self._end(run_id, "KILLED")

    def _clear_halves(self, run_id: str) -> None:
        """Remove what MLflow's client was writing to the run's artifacts when its process was killed."""
        folder = place_of(self.store, self.client.get_run(run_id).info.artifact_uri)
        for half in folder.rglob(".artifact.uploading.*"):
            half.unlink(missing_ok=True)

    def _ended(self, run_id: str, how: str) -> str:
        """Return a run's description with how it ended; of one that an earlier process opened, it is in the store."""
        run = self._open.get(run_id)
        about = run.about if run else self.client.get_run(run_id).data.tags.get(_NOTE, "")
        return f"{how}\n\n{about}"  # MLflow's page shows the beginning

    def close(self, status: str) -> None:
        """Close the parent run with FINISHED, FAILED or KILLED."""
        self.flush()
        self.client.set_terminated(self.parent_id, status)

    def _require_there(self) -> None:
        """Look that the store is what it was: what is written to a file that was deleted is lost without a word."""
        if self._is_gone():
            raise gone(self.store)

    def _is_gone(self) -> bool:
        try:
            return any(file.stat().st_ino != known for file, known in self._databases.items())
        except FileNotFoundError:
            return True

    def _attach(self, run_id: str, folder: Path | None) -> None:
        if folder is not None and folder.exists():
            log_steps(self.client, run_id, folder)
            self.client.log_artifacts(run_id, str(folder))
            shutil.rmtree(folder)

    def _tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        Batch(dict(tags)).write(self.client, run_id)

    def _end(self, run_id: str, status: str) -> None:
        self.client.set_terminated(run_id, status)
        self._open.pop(run_id, None)


def _run_name(variant: Variant, replicate: int, trial: int) -> str:
    return f"{variant.label[:180]} · r{replicate} · #{trial}"


def _final_metrics(result: TrialResult) -> dict[str, float]:
    """Return what is measured at the end of a trial alone."""
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
    return metrics


def _refusal(reason: str, about: str) -> dict[str, str]:
    """Return the tags of a run whose variant cannot be built: pruned before it began."""
    return {
        "harness.stop_reason": StopReason.PRUNED.value,
        "harness.pruned": "true",
        "harness.error": reason,
        _NOTE: f"**Not trained:** {markdown(reason)}\n\n{about}",
    }


def _cut(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags as long as MLflow takes them: of a description, the end may go."""
    return {name: text[:_NOTE_LENGTH] if name == _NOTE else text for name, text in tags.items()}


def open_runs(client: MlflowClient, experiment_id: str) -> dict[str, int]:
    """Return run id -> trial number of the trials that MLflow holds open: left by a run that was killed."""
    found = client.search_runs(
        [experiment_id], "tags.`harness.kind` = 'trial' and attributes.status = 'RUNNING'", max_results=10_000
    )
    return {str(run.info.run_id): int(run.data.tags["harness.trial"]) for run in found}


def close_runs(client: MlflowClient, name: str) -> None:
    """Close every open run of an experiment as KILLED, and mark its unfinished models, whatever they are."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None or experiment.lifecycle_stage != "active":
        return
    for run in client.search_runs([experiment.experiment_id], "attributes.status = 'RUNNING'", max_results=10_000):
        client.set_terminated(run.info.run_id, "KILLED")
    fail_unfinished(client, experiment.experiment_id)


def is_unused(client: MlflowClient, name: str) -> bool:
    """Whether an experiment, which is not deleted, has no trial."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None or experiment.lifecycle_stage != "active":
        return False
    return not client.search_runs([experiment.experiment_id], "tags.`harness.kind` = 'trial'", max_results=1)


def experiment_names(client: MlflowClient) -> list[str]:
    """Return the names of all experiments, those deleted in the MLflow UI among them: their names are taken, too."""
    from mlflow.entities import ViewType

    names: list[str] = []
    token: str | None = None
    while True:
        found = client.search_experiments(view_type=ViewType.ALL, max_results=1000, page_token=token)
        names += [str(experiment.name) for experiment in found]
        token = found.token
        if not token:
            return names


def archive_experiment(client: MlflowClient, name: str, new_name: str) -> None:
    """Rename an experiment, if it exists, so that its name is free again. Deleted ones are restored first."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return
    if experiment.lifecycle_stage != "active":
        client.restore_experiment(experiment.experiment_id)
    client.rename_experiment(experiment.experiment_id, new_name)


def attach_report(client: MlflowClient, store: Path, name: str, folder: Path) -> None:
    """Put a study's report beside the study's own run, replacing an earlier one; nothing if there is no such run.

    Raises:
        UsageError: if the run's files are recorded at a place outside the store, or the store may not be written to.
        RunError: if its disk is full.
    """
    with in_words(store):
        experiment = client.get_experiment_by_name(name)
        if experiment is None:
            return
        runs = client.search_runs([experiment.experiment_id], "tags.`harness.kind` = 'study'", max_results=1)
        if runs:
            target = place_of(store, runs[0].info.artifact_uri) / "report"
            copy_files(folder, within(store, target), store)
