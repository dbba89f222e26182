"""What is kept in memory of a study and of its trials, and the recording that fills it."""

from __future__ import annotations

import math
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.records import Asked, Evaluated, Event, Scored, Started, StopReason, TrialResult
from harness.store.asked import asked_in
from harness.store.images import RecordedImages
from harness.store.record.batches import now
from harness.store.record.models import MODEL_FILE
from harness.store.record.trial_run import (
    end_metrics,
    end_tags,
    failure_tags,
    interruption_tags,
    refusal_tags,
    run_name,
    run_tags,
    start_tags,
)
from harness.store.rows import row_of, tables
from harness.study import Study, Variant
from harness.trials import AT_AN_EVALUATION

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class KeptTrial:
    """A trial's run, with the tags, metrics and status that MLflow would have of it.

    Attributes:
        number: the trial's number.
        name: how people call the run.
        tags: name -> text.
        folder: of its artifacts.
        run_id: as long as MLflow's.
        began: in milliseconds since 1970.
        ended: likewise; None while it runs.
        status: RUNNING, FINISHED, FAILED or KILLED.
        metrics: name here -> last value.
        history: step -> what was noted there, by name.
        images: their shape and classes.
        model: the trained network's file.
    """

    number: int
    name: str
    tags: dict[str, str]
    folder: Path
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: int = field(default_factory=now)
    ended: int | None = None
    status: str = "RUNNING"
    metrics: dict[str, float] = field(default_factory=dict)
    history: dict[int, dict[str, float]] = field(default_factory=dict)
    images: RecordedImages | None = None
    model: Path | None = None


@dataclass
class KeptStudy:
    """A study as it was when it was run last, and its trials by run.

    Attributes:
        study: the study.
        folder: of its files.
        asked: what was asked of it so far.
        status: of its own run.
        trials: run id -> trial.
    """

    study: Study
    folder: Path
    asked: tuple[Asked, ...] = ()
    status: str = "RUNNING"
    trials: dict[str, KeptTrial] = field(default_factory=dict)

    @property
    def open(self) -> list[KeptTrial]:
        """The trials that run, or that nobody closed."""
        return [trial for trial in self.trials.values() if trial.status == "RUNNING"]


class MemoryRecording:
    """Records trials in memory; :class:`harness.store.recording.Recording` says what each method means.

    Args:
        kept: what is kept of the study.
        name: of the study in the store.
        source: tags that say where the code and study come from.
    """

    def __init__(self, kept: KeptStudy, name: str, source: Mapping[str, str]) -> None:
        self.study, self.asked, self.left_open = kept.study, kept.asked, 0
        self._kept, self._name, self._source = kept, name, dict(source)

    def close_left_open(self) -> None:
        """Close what an earlier recording left open."""
        for trial in self._kept.open:
            self.kill(trial.run_id, "its run was killed")
            self.left_open += 1

    def start(self, trial: int, variant: Variant, replicate: int, phase: str, refused: str | None = None) -> str:
        """Open the run of a trial; return its id."""
        tags = run_tags(self.study, self._name, trial, variant, replicate, phase) | self._source
        tags |= refusal_tags(refused, "") if refused else {}
        made = KeptTrial(trial, run_name(variant, replicate, trial), tags, Path())
        made.folder = self._kept.folder / made.run_id
        made.folder.mkdir(parents=True)
        self._kept.trials[made.run_id] = made
        return made.run_id

    def take(self, run_id: str, event: Event) -> None:
        """Note what a worker says of a trial under way."""
        trial = self._kept.trials[run_id]
        match event:
            case Started():
                trial.tags |= start_tags(event)
                trial.metrics |= event.costs
                if event.image_shape:
                    height, width, channels = event.image_shape
                    trial.images = RecordedImages((height, width, channels), event.classes, event.class_names)
            case Evaluated() | Scored():
                values = {**event.metrics, "epoch": event.epoch, "train_seconds": event.train_seconds}
                trial.metrics |= values
                trial.history.setdefault(event.step, {}).update(values)

    def flush(self) -> None:
        """Do nothing: what was noted is there."""

    def finish(self, run_id: str, result: TrialResult, artifacts: Path | None = None) -> None:
        """Close a run with its result."""
        trial, pruned = self._kept.trials[run_id], result.stop_reason is StopReason.PRUNED
        trial.metrics |= end_metrics(result)
        self._end(run_id, "KILLED" if pruned else "FINISHED", end_tags(result), artifacts)
        if not pruned and (trial.folder / MODEL_FILE).is_file():
            models = self._kept.folder / "models"
            models.mkdir(exist_ok=True)
            trial.model = (trial.folder / MODEL_FILE).rename(models / f"{run_id}.keras")

    def refuse(self, run_id: str, reason: str) -> None:
        """Close the run of a variant that cannot be built."""
        self._end(run_id, "KILLED", refusal_tags(reason, ""))

    def fail(self, run_id: str, message: str, details: str = "", artifacts: Path | None = None) -> None:
        """Close a run as failed."""
        self._end(run_id, "FAILED", failure_tags(message, ""), artifacts)
        if details:
            (self._kept.trials[run_id].folder / "traceback.txt").write_text(details)

    def kill(self, run_id: str, reason: str, artifacts: Path | None = None) -> None:
        """Close a run as interrupted from outside. One that was refused stays so."""
        tags = self._kept.trials[run_id].tags
        refused = tags.get("harness.pruned") == "true" and "harness.error" in tags
        self._end(run_id, "KILLED", {} if refused else interruption_tags(reason, ""), artifacts)

    def close(self, status: str) -> None:
        """Close the study's own run."""
        self._kept.status = status

    def _end(self, run_id: str, status: str, tags: Mapping[str, str], artifacts: Path | None = None) -> None:
        trial = self._kept.trials[run_id]
        trial.status, trial.ended = status, now()
        trial.tags |= tags
        if artifacts is not None and artifacts.exists():
            shutil.copytree(artifacts, trial.folder, dirs_exist_ok=True)
            shutil.rmtree(artifacts)


def row_of_trial(trial: KeptTrial) -> dict[str, Any]:
    """Return what was recorded of a trial, by column."""
    return row_of((trial.run_id, trial.status, trial.began, trial.ended, "memory"), trial.tags, trial.metrics)


def tables_of(trials: Iterable[KeptTrial]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables of some trials."""
    import pandas as pd

    trials = list(trials)
    rows = [row_of_trial(trial) for trial in trials]
    measured = (*AT_AN_EVALUATION, *asked_in(rows))
    points = [
        {"run_id": trial.run_id, "step": step, **{name: values.get(name, math.nan) for name in measured}}
        for trial in trials
        for step, values in sorted(trial.history.items())
    ]
    columns = ["run_id", "step", *measured]
    frame, history, _ = tables(rows, pd.DataFrame(points, columns=columns))
    return frame, history
