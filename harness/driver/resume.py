"""Running again: what a study already has, and closing what a killed run left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import StudyError, UsageError
from harness.store import Store
from harness.store.recording import Hold, Recording
from harness.store.rows import read_result
from harness.study import Study
from harness.trials import describe, left_out_of

if TYPE_CHECKING:
    import pandas as pd
    from optuna.storages import BaseStorage

    from harness.plan import Plan


def require_same_meaning(study: Study, storage: BaseStorage) -> None:
    """Refuse to mix results of two different studies under one name.

    Raises:
        StudyError: naming what differs, and the ways out.
    """
    from harness.plan import read_meaning

    old = read_meaning(study.name, storage)
    if old is None or old == study.meaning():
        return
    changes = "; ".join(dict.fromkeys(_differences(old, study.meaning())))  # the base's code is the study's, too
    raise StudyError(
        f"{study.source or study.name}: the study changed since its results were made: {changes}. "
        f"Put it back, run it under another name (--name NEW), or begin anew with --fresh (the old results are kept, "
        "renamed)."
    )


def _differences(old: object, new: object, place: str = "") -> Iterator[str]:
    """Yield ``train.learning_rate was 0.001, now 0.01`` for everything that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            name = key if not place or place == "base" else f"{place}.{key}"
            yield from _differences(old.get(key), new.get(key), name)
    elif old != new and place.startswith("code."):
        yield f"the text of {place.removeprefix('code.')} is another one"
    elif old != new:
        yield f"{place} was {'default' if old is None else old}, now {'default' if new is None else new}"


def open_plan(
    recording: Recording,
    hold: Hold,
    store: Store,
    data_folder: Path | None = None,
    mend: Callable[[pd.DataFrame], None] | None = None,
) -> Plan:
    """Return the plan of a study that is recorded, with what earlier runs finished, however they ended.

    Args:
        recording: of the study; closed as FAILED if anything is raised.
        hold: the right to run it.
        store: the store.
        data_folder: where image files are looked for first.
        mend: puts Optuna's storage right, given the trials whose results are recorded, before the plan reads it.
    """
    from harness.plan import Plan, open_study

    try:
        recorded = recorded_results(recording.study, store)
        if mend is not None:
            mend(recorded)
        plan = Plan(
            recording.study,
            open_study(recording.study, hold.storage),
            recorded=set(recorded["trial"]) if len(recorded) else (),
            data_folder=data_folder,
            recall=lambda trial: read_result(recorded, trial),
            asked=recording.asked,
        )
        reconcile_plan(plan, store, recorded, hold.storage)
    except BaseException:
        recording.close("FAILED")
        raise
    return plan


def recorded_results(study: Study, store: Store) -> pd.DataFrame:
    """Return the trials of a study whose results are recorded, a row each.

    Raises:
        UsageError: if the record of a trial cannot be read.
    """
    trials, _ = store.frames(study.name)
    if said := left_out_of(trials):  # what they measured would be trained again, or missed by the plan
        raise UsageError(
            f"{store.place}: the study {study.name!r} cannot go on before all of its runs can be read. "
            f"{describe(said)} Put their tags right, or delete the runs, in the MLflow UI."
        )
    return trials[trials["status"].isin(["finished", "pruned"])] if len(trials) else trials


def reconcile_plan(plan: Plan, store: Store, trials: pd.DataFrame, storage: BaseStorage) -> None:
    """Give Optuna the results that were recorded but not told; close what has none."""
    from harness.plan import note_run

    recorded = set(trials["trial"]) if len(trials) else set()
    unknown = recorded - plan.known_trials()
    if unknown:
        raise UsageError(
            f"{store.place}: trials {sorted(unknown)[:5]} of {plan.study.name!r} are in MLflow but not in Optuna's "
            f"storage. `harness doctor --repair --store {store.place}` makes Optuna's storage anew from what is "
            "recorded."
        )
    for number in plan.open_trials():
        if number in recorded:
            result = read_result(trials, number)
            run_id = str(trials.loc[trials["trial"] == number, "run_id"].iloc[0])
            note_run(plan.study.name, storage, number, run_id, result)
            plan.adopt(number, result)
        else:
            plan.abandon(number)
