"""One trial in this process: what driver, launcher and worker do together, for a plain Optuna study."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Evaluated, Event, Job, Resources, Scored, Started, TrialResult
from harness.study import Variant
from harness.surroundings import settled_mlflow
from harness.worker import run_job

if TYPE_CHECKING:
    from harness.objective import Objective


def train_trial(objective: Objective, number: int, variant: Variant, prune: Callable[[Evaluated], bool]) -> TrialResult:
    """Train a variant here and, if the objective has a store, record it in MLflow.

    Args:
        objective: whose study, replicate, store and data folder count.
        number: the trial's number.
        variant: what to train.
        prune: says after each evaluation whether to stop.

    Raises:
        HarnessError: as :func:`harness.worker.run_job`. Whatever is raised, the run is closed as FAILED, or as KILLED
            for a KeyboardInterrupt.
    """
    with tempfile.TemporaryDirectory(prefix="harness-") as folder:
        job = Job(
            trial=number,
            variant=variant,
            replicate=objective.replicate,
            seeds=objective.seeds(objective.replicate, variant),
            output=Path(folder) / "artifacts",
            data_folder=objective.data_folder,
            prunable=True,
            probes=objective.study.probes,
            insight=objective.study.insight or "basic",
        )
        resources = Resources(threads=objective.threads, workers=1)
        if objective.store is None:
            return run_job(job, resources, _unrecorded, prune)
        with settled_mlflow():
            return _recorded(objective, objective.store, job, resources, prune)


def _recorded(
    objective: Objective, store: Path, job: Job, resources: Resources, prune: Callable[[Evaluated], bool]
) -> TrialResult:
    from harness import provenance
    from harness import store as tracking

    study = objective.study
    source = provenance.source_tags(study.source.parent if study.source else Path())
    with tracking.lock_store(store):
        client = tracking.open_client(store)
    recorder = tracking.Recorder(client, store, study, source, objective.experiment)
    run_id = recorder.start(job.trial, job.variant, job.replicate, "design")

    def emit(event: Event) -> None:
        if isinstance(event, Started):
            recorder.started(run_id, event)
        elif isinstance(event, Evaluated):
            recorder.evaluated(run_id, event)
        elif isinstance(event, Scored):
            recorder.tested(run_id, event)

    status = "FAILED"
    try:
        result = run_job(job, resources, emit, prune)
        recorder.finish(run_id, result, job.output)
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        recorder.kill(run_id, "interrupted")
        raise
    except Exception as error:
        recorder.fail(run_id, f"{type(error).__name__}: {error}")
        raise
    finally:
        recorder.close(status)
    return result


def _unrecorded(event: Event) -> None:
    """Take no note."""
