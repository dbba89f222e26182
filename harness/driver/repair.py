"""Putting a study right that a crash, or somebody's hand, left in disorder, without training anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.driver.resume import open_plan
from harness.errors import StudyError, UsageError
from harness.records import StopReason
from harness.results import load_recorded_study
from harness.store import Store
from harness.store.recording import Hold
from harness.store.rows import read_result
from harness.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from harness.plan import RecordedTrial


def repair_study(study: Study, store: Store) -> str:
    """Close what is open of a study, and make its part of Optuna's storage anew where that does not know all trials.

    Args:
        study: the study, as it was recorded.
        store: the store.

    Returns:
        What was done, in a phrase.

    Raises:
        UsageError: if another process runs the study, or the store may not be used.
    """
    with store.hold(study.name) as hold:
        if (aside := hold.finish_aside()) is not None:
            return f"is called {aside!r} now"
        return close_study(study, store, hold)


def close_study(study: Study, store: Store, hold: Hold) -> str:
    """Do what the next run of a study would do before it trains, and close it again; return what, in a phrase.

    Args:
        study: the study, as it was recorded.
        store: the store.
        hold: the right to run the study.
    """
    from harness import provenance

    recording = hold.begin(study, {"harness.version": provenance.version()})
    done = []
    if count := recording.left_open:
        done.append(f"{count} open run{'s' if count > 1 else ''} closed")

    def mend(recorded: pd.DataFrame) -> None:
        if missing := _unknown(study, hold, recorded):
            made = _rebuild(study, hold, store)
            done.append(f"{made} trials made anew in Optuna's storage, which did not know {missing}")

    plan = open_plan(recording, hold, store, mend=mend)
    recording.close("KILLED" if plan.remaining else "FINISHED")
    return ", ".join(done) or "what was open is closed"


def close_recorded(name: str, store: Store, hold: Hold) -> None:
    """Close what a killed run left open of a study that is to be put aside: nobody will do so later.

    Of one that is too damaged to be read, the runs are closed unread.
    """
    if not hold.has_open_ends():
        return
    try:
        close_study(load_recorded_study(name, store), store, hold)
    except (UsageError, StudyError):
        hold.close_unread()


def _unknown(study: Study, hold: Hold, recorded: pd.DataFrame) -> int:
    """Return how many recorded trials Optuna's storage does not know, or has no result of and never will."""
    from harness.plan import known_results

    return len(set(recorded["trial"]) - known_results(study.name, hold.storage)) if len(recorded) else 0


def _rebuild(study: Study, hold: Hold, store: Store) -> int:
    from harness.plan import rebuild_study

    return rebuild_study(study, hold.storage, recorded_trials(study, store), hold.rename_in_optuna)


def recorded_trials(study: Study, store: Store) -> Iterator[RecordedTrial]:
    """Yield what is recorded of a study's trials, as :func:`harness.plan.rebuild_study` takes it.

    A trial whose record is damaged is left out: it is one without a record.
    """
    from harness.plan import RecordedTrial

    trials, history = store.frames(study.name)
    first = study.objectives[0]
    for run_id, trial, stop_reason in zip(trials["run_id"], trials["trial"], trials["stop_reason"], strict=True):
        run = store.find(str(run_id))
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
            result=read_result(trials[trials["run_id"] == run_id], run.trial) if has_result else None,
            error=run.error,
            refused=refused,
            interrupted=stop_reason == StopReason.INTERRUPTED,
            values=[float(value) for value in told if value == value],
        )
