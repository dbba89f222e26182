"""The driver: the only process that touches the Optuna storage and the MLflow store."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from harness.driver.loop import Loop
from harness.driver.progress import Observer, Outcome, Progress, Running, unobserved
from harness.driver.resume import put_aside, reconcile_plan, reconcile_runs, require_same_meaning
from harness.errors import StudyError
from harness.launchers import Launcher, LocalLauncher, choose_resources
from harness.records import Resources
from harness.study import Study, check_variants, trainings

__all__ = ["Observer", "Outcome", "Progress", "Running", "run_study"]


def run_study(
    study: Study,
    *,
    store: str | Path = "mlruns",
    data_folder: str | Path | None = None,
    workers: int | None = None,
    threads: int | None = None,
    fresh: bool = False,
    observe: Observer = unobserved,
    launch: Callable[[Resources, int], Launcher] = LocalLauncher,
) -> Outcome:
    """Train what is missing of a study.

    Args:
        study: the study.
        store: folder of the MLflow store and the Optuna storage.
        data_folder: where image files are looked for first.
        workers: overrides the rule of :mod:`harness.launchers.resources`.
        threads: likewise, threads of each worker.
        fresh: put what there is of this study aside (renamed, not deleted) and begin anew.
        observe: sees every change.
        launch: starts the workers, no more of them than the second argument.

    Raises:
        StudyError: if the study cannot be carried out, or its meaning changed since it was run.
        DataError: if its images are missing or damaged; nothing is created then.
        UsageError: if another process runs it, or the store is damaged.
        RunError: if too many trials fail in a row.
    """
    store, data_folder = Path(store), Path(data_folder) if data_folder else None
    _require_data(study, data_folder)
    _require_sampler(study)
    from harness import provenance, tracking
    from harness.plan import Plan, open_storage, open_study

    tracking.check_store(store)
    with tracking.lock_study(store, study.name):
        with tracking.lock_store(store):
            storage = open_storage(store)
            client = tracking.open_client(store)
        aside = put_aside(study, store, storage) if fresh else None
        if not fresh:
            require_same_meaning(study, storage)
        source = study.source.parent if study.source else Path()
        recorder = tracking.Recorder(client, store, study, provenance.source_tags(source))
        try:
            recorded = reconcile_runs(recorder, store)
            plan = Plan(study, open_study(study, storage), recorded, data_folder)
            reconcile_plan(plan, recorder, store, recorded)
        except BaseException:
            recorder.close("FAILED")
            raise
        # by the whole study, not by what is left of it: seconds of a continued study must stay comparable
        resources = choose_resources(trainings(study).trainings, study.exclusive, workers, threads)
        outcome = Loop(plan, recorder, store, data_folder, resources, observe, launch).run()
        return dataclasses.replace(outcome, aside=aside)


def _require_data(study: Study, data_folder: Path | None) -> None:
    """Find or fetch, read and verify the images of every variant before anything is created."""
    from harness.data import check_images

    try:
        check_variants(study, lambda spec: check_images(spec, data_folder))
    except StudyError as error:
        raise type(error)(f"{study.source or study.name}: {error}") from None


def _require_sampler(study: Study) -> None:
    """The Gaussian-process sampler is the one part that needs PyTorch."""
    import importlib.util

    if getattr(study.design, "sampler", "") == "gp" and importlib.util.find_spec("torch") is None:
        raise StudyError(
            f"{study.source or study.name}: design.sampler = 'gp' needs PyTorch, which is not installed. "
            "Install it (pip install torch), or use sampler = 'tpe'."
        )
