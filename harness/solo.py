"""One trial in this process: what driver, launcher and worker do together, for a plain Optuna study."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Evaluated, Event, Job, Resources, TrialResult
from harness.store import Store
from harness.study import Variant
from harness.worker import run_job

if TYPE_CHECKING:
    from harness.objective import Objective


def train_trial(objective: Objective, number: int, variant: Variant, prune: Callable[[Evaluated], bool]) -> TrialResult:
    """Train a variant here and, if the objective has a store, record it.

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
        return _recorded(objective, objective.store, job, resources, prune)


def _recorded(
    objective: Objective, store: Store, job: Job, resources: Resources, prune: Callable[[Evaluated], bool]
) -> TrialResult:
    from harness import provenance

    study = objective.study
    source = provenance.source_tags(study.source.parent if study.source else Path())
    with store.recording(study, source, objective.experiment) as recording:
        run_id = recording.start(job.trial, job.variant, job.replicate, "design")
        status = "FAILED"
        try:
            result = run_job(job, resources, functools.partial(recording.take, run_id), prune)
            recording.finish(run_id, result, job.output)
            status = "FINISHED"
        except KeyboardInterrupt:
            status = "KILLED"
            recording.kill(run_id, "interrupted")
            raise
        except Exception as error:
            recording.fail(run_id, f"{type(error).__name__}: {error}")
            raise
        finally:
            recording.close(status)
    return result


def _unrecorded(event: Event) -> None:
    """Take no note."""
