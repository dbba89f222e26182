"""The driver: of a run, the only process that touches the store."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from pathlib import Path

from harness.driver.allowance import Stopped, allowance_of
from harness.driver.loop import Loop
from harness.driver.progress import Observer, Outcome, Progress, Running, unobserved
from harness.driver.repair import close_recorded, repair_study
from harness.driver.resume import open_plan, require_same_meaning
from harness.errors import StudyError, UsageError, UserCodeError
from harness.launchers import Launch, Launcher, LocalLauncher, Work
from harness.machine.energy import EnergyMeter
from harness.store import LOCK_TIMEOUT, Store, open_store
from harness.study import Study, check_variants
from harness.trust import remember

__all__ = [
    "Observer",
    "Outcome",
    "Progress",
    "Running",
    "Stopped",
    "repair_study",
    "run_study",
]


def run_study(
    study: Study,
    *,
    store: str | Path | Store = "mlruns",
    data_folder: str | Path | None = None,
    workers: int | None = None,
    threads: int | None = None,
    pack: int = 1,
    minutes: float | None = None,
    fresh: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    observe: Observer = unobserved,
    launch: Launch = LocalLauncher,
) -> Outcome:
    """Train what is missing of a study, as far as its budget goes.

    Args:
        study: the study.
        store: where it is recorded, as :func:`harness.store.open_store` takes it.
        data_folder: where image files are looked for first.
        workers: trainings side by side; by default the launcher says, for local processes by the rule of
            :mod:`harness.launchers.resources`.
        threads: likewise, threads of each worker.
        pack: trainings that a worker trains side by side in one program, at most; they differ in nothing but seeds,
            initial weights, learning rate, weight decay and dropout rates. More than 1 needs the JAX backend.
        minutes: of this run at most: no training begins that is not expected to end in time, and what is still under
            way then is cut off. `[budget]` of the study is of all runs together.
        fresh: put what there is of this study aside (renamed, not deleted) and begin anew.
        lock_timeout: seconds to wait for a database that another process has locked.
        observe: sees every change.
        launch: makes the launcher, which has the workers.

    Raises:
        StudyError: if the study cannot be carried out, or its meaning changed since it was run.
        DataError: if its images are missing or damaged; nothing is created then.
        UserCodeError: if a network of the user's cannot be built; likewise.
        UsageError: if another process runs it, the store is damaged or may not be used, or packs are asked for where
            they cannot be.
        RunError: if too many trials fail in a row, or the store can no longer be used: the disk is full, say. What is
            recorded is kept, and the next run goes on from there.
    """
    began = time.monotonic()
    store, data_folder = open_store(store), Path(data_folder) if data_folder else None
    _require_time(minutes)
    _require_sampler(study)
    store.require_recordable(study)
    _require_packable(study, pack)
    work = Work(study.trainings.trainings, store.scratch(study.name), study.exclusive, workers, threads, data_folder)
    with store.in_words(lock_timeout), contextlib.ExitStack() as stack:
        launcher = stack.enter_context(contextlib.closing(launch(work)))
        meter = _meter(study, launcher)
        # Before anything else, so that workers import their libraries while this process imports its own. Whatever
        # is found wrong below ends them again.
        launcher.expect(work.trainings if fresh else _left(study, store))
        _require_data(study, data_folder)
        _require_networks(study, data_folder)
        from harness import provenance

        hold = stack.enter_context(store.hold(study.name, lock_timeout))
        aside = hold.finish_aside()
        if fresh:
            close_recorded(study.name, store, hold)
            aside = hold.put_aside() or aside
        else:
            require_same_meaning(study, hold.storage)
        recording = hold.begin(study, provenance.source_tags(study.source.parent if study.source else Path()))
        plan = open_plan(recording, hold, store, data_folder)
        allowance = allowance_of(study, minutes, began, lambda: store.frames(study.name)[0], meter)
        return dataclasses.replace(Loop(plan, recording, launcher, observe, pack, allowance).run(), aside=aside)


def _left(study: Study, store: Store) -> int:
    """Return about how many trainings are still to do: the plan knows better, but takes seconds to ask."""
    counts = next((summary.counts for summary in store.summaries() if summary.name == study.name), {})
    most = min(study.trainings.trainings, study.budget.trainings or study.trainings.trainings)
    return max(0, most - counts.get("finished", 0) - counts.get("pruned", 0))


def _require_data(study: Study, data_folder: Path | None) -> None:
    """Find or fetch, read and verify the images of every variant before anything is created."""
    from harness.data import check_images

    try:
        check_variants(study, lambda spec: check_images(spec, data_folder))
    except StudyError as error:
        raise type(error)(f"{study.source or study.name}: {error}") from None


def _require_networks(study: Study, data_folder: Path | None) -> None:
    """Build the networks of the user's once before anything is created; whoever runs a study trusts its code."""
    from harness.data import shape_and_classes
    from harness.rehearsal import rehearse

    try:
        rehearse(study, lambda spec: shape_and_classes(spec, data_folder))
        remember(study.code)
    except UserCodeError as error:
        raise UserCodeError(f"{study.source or study.name}: {error}") from None


def _require_packable(study: Study, pack: int) -> None:
    if pack > 1 and study.exclusive:
        raise UsageError(
            f"--pack must be 1 for a study with exclusive = true, which trains one at a time, got {pack}. Leave it out."
        )


def _meter(study: Study, launcher: Launcher) -> EnergyMeter | None:
    """Return what measures the energy that the study may take; None where it may take any."""
    if study.budget.kwh is None:
        return None
    if not launcher.about.here:
        raise UsageError(
            f"budget.kwh must not be given where workers are on other machines, got {study.budget.kwh:g}: their energy "
            "is not measured here. Limit budget.minutes instead."
        )
    return EnergyMeter()


def _require_time(minutes: float | None) -> None:
    if minutes is not None and not 0 < minutes < math.inf:
        raise UsageError(f"the minutes of a run must be a number above 0, got {minutes:g}. E.g. 30.")


def _require_sampler(study: Study) -> None:
    """The Gaussian-process sampler is the one part that needs PyTorch."""
    import importlib.util

    if study.design.explores and study.design.sampler == "gp" and importlib.util.find_spec("torch") is None:
        raise StudyError(
            f"{study.source or study.name}: design.sampler = 'gp' needs PyTorch, which is not installed. "
            "Install it (pip install torch), or use sampler = 'tpe'."
        )
