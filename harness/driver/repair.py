"""Putting a study right that a crash, or somebody's hand, left in disorder, without training anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.driver.aside import finish_aside
from harness.driver.resume import open_plan
from harness.errors import StudyError, UsageError
from harness.store.local.sqlite import LOCK_TIMEOUT, in_words
from harness.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.tracking import MlflowClient
    from optuna.storages import RDBStorage

    from harness.plan import RecordedTrial


def repair_study(study: Study, store: Path, lock_timeout: float = LOCK_TIMEOUT) -> str:
    """Close what is open of a study, and make its Optuna storage anew where that does not know what is recorded.

    Args:
        study: the study, as it was recorded.
        store: the store's folder.
        lock_timeout: seconds to wait for a database that another process has locked.

    Returns:
        What was done, in a phrase.

    Raises:
        UsageError: if another process runs the study, or the store may not be used.
    """
    from harness import store as tracking
    from harness.plan import open_storage

    with in_words(store, lock_timeout), tracking.lock_study(store, study.name):
        with tracking.lock_store(store, lock_timeout):
            client = tracking.open_client(store, lock_timeout)
            storage = open_storage(store, lock_timeout)
        if (aside := finish_aside(study.name, store, client, storage)) is not None:
            return f"put aside as {aside!r}"
        return close_study(study, store, client, storage)


def close_study(study: Study, store: Path, client: MlflowClient, storage: RDBStorage) -> str:
    """Do what the next run of a study would do before it trains, and close it again; return what, in a phrase.

    Args:
        study: the study, as it was recorded; this process holds the right to run it.
        store: the store's folder.
        client: of the store.
        storage: of the store.
    """
    from harness import provenance
    from harness import store as tracking

    recorder = tracking.Recorder(client, store, study, {"harness.version": provenance.version()})
    done = []

    def mend(recorded: pd.DataFrame) -> None:
        if missing := _unknown(study, storage, recorded):
            made = _rebuild(study, storage, store)
            done.append(f"{made} trials made anew in Optuna's storage, which did not know {missing}")

    if count := len(tracking.open_runs(client, recorder.experiment_id)):
        done.append(f"{count} open run{'s' if count > 1 else ''} closed")
    plan = open_plan(recorder, storage, store, mend=mend)
    recorder.close("KILLED" if plan.remaining else "FINISHED")
    return ", ".join(done) or "what was open is closed"


def close_recorded(name: str, store: Path, client: MlflowClient, storage: RDBStorage) -> None:
    """Close what a killed run left open of a study that is to be put aside: nobody will do so later.

    Of one that is too damaged to be read, the runs are closed in MLflow alone.
    """
    from harness.results import load_recorded_study
    from harness.store import close_runs, open_ends

    if name not in open_ends(store):
        return
    try:
        close_study(load_recorded_study(name, store), store, client, storage)
    except (UsageError, StudyError):
        close_runs(client, name)


def _unknown(study: Study, storage: RDBStorage, recorded: pd.DataFrame) -> int:
    """Return how many recorded trials Optuna's storage does not know, or has no result of and never will."""
    from harness.plan import known_results

    return len(set(recorded["trial"]) - known_results(study.name, storage)) if len(recorded) else 0


def _rebuild(study: Study, storage: RDBStorage, store: Path) -> int:
    from harness.plan import rebuild_study

    return rebuild_study(study, storage, recorded_trials(study, store))


def recorded_trials(study: Study, store: Path) -> Iterator[RecordedTrial]:
    """Yield what is recorded of a study's trials, as :func:`harness.plan.rebuild_study` takes it.

    A trial whose record is damaged is left out: it is one without a record.
    """
    from harness import store as tracking
    from harness.plan import RecordedTrial

    trials, history = tracking.read_frames(store, study.name)
    first = study.objectives[0]
    for run_id, trial, stop_reason in zip(trials["run_id"], trials["trial"], trials["stop_reason"], strict=True):
        run = tracking.find_run(store, str(run_id))
        refused = run.status == "pruned" and run.error is not None
        has_result = run.status in ("finished", "pruned") and not refused
        told: Any = history.loc[history["trial"] == trial, first] if first in history else ()
        yield RecordedTrial(
            number=run.trial,
            settings=run.settings,
            digest=run.digest,
            label=run.variant,
            replicate=run.replicate,
            phase=run.phase,
            run_id=run.run_id,
            result=tracking.read_result(trials[trials["run_id"] == run_id], run.trial) if has_result else None,
            error=run.error,
            refused=refused,
            interrupted=stop_reason == "interrupted",
            values=[float(value) for value in told if value == value],
        )


def set_aside_storage(store: Path) -> Path:
    """Move an Optuna storage that is damaged out of the way, with what lies beside it; return where it is now.

    Raises:
        UsageError: if there is none.
    """
    from harness.plan import FILE

    file = store / FILE
    if not file.exists():
        raise UsageError(f"{file}: there is no such storage.")
    aside = store / f"{FILE}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for suffix in ("-wal", "-shm", "-journal", ""):
        source = file.with_name(file.name + suffix)
        if source.exists():
            shutil.move(source, aside.with_name(aside.name + suffix))
    return aside
