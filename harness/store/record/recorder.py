"""Writing: one experiment a study, a run for the study itself, a run a trial."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Evaluated, Event, Scored, Started, StopReason, TrialResult
from harness.store.record.batches import Batch, Measured, now
from harness.store.record.datasets import dataset_input
from harness.store.record.describing import describe_end
from harness.store.record.disk import Disk
from harness.store.record.experiments import open_trials
from harness.store.record.machine import Machine
from harness.store.record.models import MODEL_FILE, KeptNetwork, describe_input, fail_models, fail_unfinished, log_model
from harness.store.record.pictures import log_steps
from harness.store.record.study_run import open_study_run
from harness.store.record.trial_run import (
    NOTE,
    cut,
    end_metrics,
    end_tags,
    failure_tags,
    interruption_tags,
    refusal_tags,
    run_name,
    run_params,
    run_tags,
    start_tags,
)
from harness.store.record.view import COLOUR, Colours, shown_tags
from harness.study import Study, Variant, show_level

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

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
    """Records one study's trials in MLflow; :class:`harness.store.recording.Recording` says what each method means.

    Args:
        client: of the store.
        disk: where the files of the store are.
        study: the study; its own run is opened.
        source: tags that say where the code and study come from (git revision, version).
        name: of the study in the store; its own by default.
    """

    def __init__(
        self, client: MlflowClient, disk: Disk, study: Study, source: Mapping[str, str], name: str | None = None
    ) -> None:
        self.client, self.study = client, study
        self.name = name or study.name
        self._disk, self._source = disk, dict(source)
        run = open_study_run(client, disk, study, self.name, source)
        self.experiment_id, self.parent_id = run.experiment_id, run.run_id
        self.asked = run.asked
        self._colours = Colours(study)
        self._machine = Machine(client, run.run_id, run.began)
        self.left_open = 0
        self._pending: dict[str, Batch] = {}
        self._open: dict[str, _Open] = {}

    def start(self, trial: int, variant: Variant, replicate: int, phase: str, refused: str | None = None) -> str:
        """Open the run of a trial; return its id."""
        self._disk.require_there()
        tags = run_tags(self.study, self.name, trial, variant, replicate, phase)
        about = tags[NOTE]
        tags |= {"mlflow.parentRunId": self.parent_id, COLOUR: self._colours.of(variant.digest), **self._source}
        tags |= refusal_tags(refused, about) if refused else {}
        run = self.client.create_run(self.experiment_id, run_name=run_name(variant, replicate, trial), tags=cut(tags))
        run_id = str(run.info.run_id)
        Batch().write(self.client, run_id, run_params(self.study, variant, replicate))
        self._open[run_id] = _Open(trial, variant, replicate, str(phase), about)
        return run_id

    def take(self, run_id: str, event: Event) -> None:
        """Note what a worker says of a trial under way; written with the next :meth:`flush`, images at once."""
        match event:
            case Started():
                self._take_start(run_id, event)
            case Evaluated():
                run = self._open[run_id]
                run.last, run.last_at = event, self._note_scores(run_id, event)
            case Scored():
                self._note_scores(run_id, event)

    def _take_start(self, run_id: str, event: Started) -> None:
        """Record the images of a trial; note where it runs and what its network costs."""
        notes, run = self._notes(run_id), self._open[run_id]
        notes.tags |= start_tags(event)
        run.started, run.started_at = event, notes.add(event.costs, 0)
        self.client.log_inputs(run_id, [dataset_input(self.study, run.variant.data, event)])

    def _note_scores(self, run_id: str, event: Evaluated | Scored) -> int:
        values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
        return self._notes(run_id).add(values, event.step)

    def _notes(self, run_id: str) -> Batch:
        return self._pending.setdefault(run_id, Batch())

    def flush(self) -> None:
        """Write all that was noted, one batch a run; and what the machine does, if it is time for it."""
        if sample := self._machine.sample():
            self._notes(self.parent_id).add(sample[1], sample[0])
        self._write()

    def _write(self) -> None:
        self._disk.require_there()
        while self._pending:
            run_id, notes = self._pending.popitem()
            notes.write(self.client, run_id)

    def finish(self, run_id: str, result: TrialResult, artifacts: Path | None = None) -> None:
        """Close a run: FINISHED with its model logged, or KILLED with a tag for one that was pruned."""
        self._disk.require_there()
        pruned = result.stop_reason is StopReason.PRUNED
        run = self._open[run_id]
        measured = None if pruned else self._keep_model(run_id, run, result, artifacts)
        notes = self._notes(run_id)
        end, ended = result.steps + result.refit_steps, now()
        values = end_metrics(result)
        for name, value in values.items():
            notes.add({name: value}, end, ended, measured if name in _OF_MODEL else None)
        notes.tags |= shown_tags(self.study, {**result.costs, **result.metrics, **values})
        notes.tags |= {**end_tags(result), NOTE: f"{describe_end(self.study, result)}\n\n{run.about}"}
        self._write()
        self._attach(run_id, artifacts)
        self._end(run_id, "KILLED" if pruned else "FINISHED")

    def _keep_model(self, run_id: str, run: _Open, result: TrialResult, artifacts: Path | None) -> Measured | None:
        """Log a trained network; note again, as its own, what it costs and how it was evaluated last."""
        started = run.started
        if started is None or not started.image_shape or artifacts is None or not (artifacts / MODEL_FILE).exists():
            return None
        variant = run.variant
        varied = {path: show_level(level) for path, level in variant.settings.items()}
        network = KeptNetwork(
            name=run_name(variant, run.replicate, run.trial),
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
                NOTE: f"**Input:** {describe_input(started.image_shape, variant.data)}\n\n{run.about}",
            },
            file=artifacts / MODEL_FILE,
        )
        model_id = log_model(self.client, self.experiment_id, network)
        measured = Measured(model_id, variant.data.name, started.data_digest)
        notes = self._notes(run_id)
        notes.add(started.costs, 0, run.started_at, measured)
        # after a refit, and where an earlier one was put back, the network is another one than was evaluated last
        if run.last and not result.refit_steps and result.restored_step is None:
            notes.add(run.last.metrics, run.last.step, run.last_at, measured)
        return measured

    def refuse(self, run_id: str, reason: str) -> None:
        """Close the run of a variant that cannot be built: pruned before it began."""
        self._tag(run_id, refusal_tags(reason, self._about(run_id)))
        self._end(run_id, "KILLED")

    def fail(self, run_id: str, message: str, details: str = "", artifacts: Path | None = None) -> None:
        """Close a run as FAILED, with the traceback as an artifact."""
        self._write()
        self._tag(run_id, failure_tags(message, self._about(run_id)))
        if details:
            self.client.log_text(run_id, details, "traceback.txt")
        self._attach(run_id, artifacts)
        self._end(run_id, "FAILED")

    def kill(self, run_id: str, reason: str, artifacts: Path | None = None) -> None:
        """Close a run as KILLED: interrupted from outside. One that was refused stays so."""
        self._write()
        known = self.client.get_run(run_id).data.tags
        if known.get("harness.pruned") == "true" and "harness.error" in known:
            self._end(run_id, "KILLED")
            return
        self._tag(run_id, interruption_tags(reason, self._about(run_id)))
        fail_models(self.client, run_id)
        self._disk.remove_halves(self.client.get_run(run_id).info.artifact_uri)
        self._attach(run_id, artifacts)
        self._end(run_id, "KILLED")

    def _about(self, run_id: str) -> str:
        """Return a run's description, above which it is said how it ended: MLflow's page shows the beginning."""
        run = self._open.get(run_id)  # of one that an earlier process opened, it is in the store
        return run.about if run else str(self.client.get_run(run_id).data.tags.get(NOTE, ""))

    def close_left_open(self) -> None:
        """Close what a process that was killed left open."""
        for run_id in open_trials(self.client, self.experiment_id):
            self.kill(run_id, "its run was killed")
            self.left_open += 1
        fail_unfinished(self.client, self.experiment_id)

    def close(self, status: str) -> None:
        """Close the study's own run with FINISHED, FAILED or KILLED."""
        self._write()
        self.client.set_terminated(self.parent_id, status)

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
