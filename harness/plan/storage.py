"""The Optuna storage: one SQLite file beside the MLflow one."""

from __future__ import annotations

import json
import math
import sqlite3
import warnings
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.exceptions import StorageInternalError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import UsageError
from harness.metrics import METRICS
from harness.plan.trials import RUN, STOP_REASON
from harness.records import TrialResult
from harness.store.local.sqlite import LOCK_TIMEOUT, explain, has_rows, make_whole, use_write_ahead_log
from harness.study import Search, Study, TrainSpec

_MEANING = "harness:meaning"
FILE = "optuna.db"


def open_storage(store: Path, lock_timeout: float = LOCK_TIMEOUT) -> optuna.storages.RDBStorage:
    """Open the storage in a store folder, making it if need be, in WAL mode.

    Args:
        store: the store's folder.
        lock_timeout: seconds to wait for another writer.

    Raises:
        UsageError: if the file is there but is no healthy storage of this version of Optuna, or may not be used.
        RunError: if it stays locked, or the disk is full.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    file = (store / FILE).resolve()
    try:
        if is_unfinished(file):
            make_whole(file, _fill)
        use_write_ahead_log(file, lock_timeout)
        return _connect(file, lock_timeout)
    except (sqlite3.Error, SQLAlchemyError, StorageInternalError, RuntimeError, OSError) as error:
        if not _is_damage(error) and (found := explain(error, store, lock_timeout)) is not None:
            raise found from None
        raise UsageError(
            f"{file}: not a usable Optuna storage: {_first_line(error)}. "
            f"`harness doctor --repair --store {store}` makes it anew from what is recorded."
        ) from None


def is_unfinished(file: Path) -> bool:
    """Whether the storage is missing, empty, or was left half-made: nothing was ever kept in it.

    Raises:
        sqlite3.DatabaseError: if it is damaged.
    """
    if not file.exists() or file.stat().st_size == 0:
        return True
    return not has_rows(file, "alembic_version") and not has_rows(file, "studies")


def _fill(file: Path) -> None:
    storage = _connect(file, LOCK_TIMEOUT)
    storage.remove_session()
    storage.engine.dispose()


def _connect(file: Path, lock_timeout: float) -> optuna.storages.RDBStorage:
    address = str(file).replace("{", "{{").replace("}", "}}")  # Optuna takes its URL for a template
    return optuna.storages.RDBStorage(
        f"sqlite:///{address}",
        engine_kwargs={"connect_args": {"timeout": lock_timeout}},
        skip_compatibility_check=False,
    )


def _is_damage(error: BaseException) -> bool:
    return any(word in str(error) for word in ("malformed", "not a database", "no such table", "no such column"))


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def open_study(study: Study, storage: optuna.storages.RDBStorage, name: str | None = None) -> optuna.Study:
    """Open or create the Optuna study of a study, under its own name unless another is given."""
    design = study.design
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    sampler: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=study.seed)
    if design.explores:
        pruner = _pruner(design, study.train)
        sampler = _sampler(design, study.seed)
    optuna_study = optuna.create_study(
        study_name=name or study.name,
        storage=storage,
        directions=[METRICS[name].direction for name in study.objectives],
        sampler=sampler,
        pruner=pruner,
        load_if_exists=True,
    )
    if design.explores and (done := len(optuna_study.get_trials(deepcopy=False))):
        # with the first run's seed again, a continued search would draw the variants it began with once more
        optuna_study.sampler = _sampler(design, study.seed + done)
    if _MEANING not in optuna_study.user_attrs:
        optuna_study.set_user_attr("question", study.question)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            optuna_study.set_metric_names(list(study.objectives))
        optuna_study.set_user_attr(_MEANING, json.dumps(study.meaning()))
    return optuna_study


def known_results(name: str, storage: optuna.storages.RDBStorage) -> set[int]:
    """Return the numbers of the trials of a study that Optuna knows a result of, or holds open for one."""
    if name not in study_names(storage):
        return set()
    trials = optuna.load_study(study_name=name, storage=storage).get_trials(deepcopy=False)
    return {trial.number for trial in trials if trial.state is not optuna.trial.TrialState.FAIL}


def note_run(name: str, storage: optuna.storages.RDBStorage, number: int, run_id: str, result: TrialResult) -> None:
    """Note at a trial that is open its MLflow run and why it ended, as telling its result does."""
    trial = storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(name), number)
    storage.set_trial_user_attr(trial, STOP_REASON, result.stop_reason.value)
    storage.set_trial_user_attr(trial, RUN, run_id)


def read_meaning(name: str, storage: optuna.storages.RDBStorage) -> dict[str, Any] | None:
    """Return the meaning of the study that was run under a name, or None if there was none."""
    for summary in optuna.get_all_study_summaries(storage):
        if summary.study_name == name:
            meaning = summary.user_attrs.get(_MEANING)
            return json.loads(meaning) if meaning else None
    return None


def archive_study(name: str, new_name: str, storage: optuna.storages.RDBStorage) -> None:
    """Rename a study, if it exists, in one transaction, for which Optuna has no call: then its name is free again."""
    with storage.engine.begin() as connection:
        connection.execute(
            text("UPDATE studies SET study_name = :new WHERE study_name = :old"), {"new": new_name, "old": name}
        )


def study_names(storage: optuna.storages.RDBStorage) -> list[str]:
    """Return the names of all studies there are."""
    return [str(name) for name in optuna.get_all_study_names(storage)]


def _sampler(design: Search, seed: int) -> optuna.samplers.BaseSampler:
    if design.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if design.sampler == "nsga2":
        # small populations: trainings are dear, and the default of 50 would never leave the first generation
        population = max(4, min(50, design.trials // (4 * design.replicates)))
        return optuna.samplers.NSGAIISampler(seed=seed, population_size=population)
    if design.sampler == "gp":
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)
    single = len(design.objectives) == 1
    return optuna.samplers.TPESampler(seed=seed, multivariate=single, constant_liar=True)


def _pruner(design: Search, train: TrainSpec) -> optuna.pruners.BasePruner:
    if design.pruner == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)  # never by the first evaluation alone
    if design.pruner == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=_evaluations(train), reduction_factor=3)
    return optuna.pruners.NopPruner()


def _evaluations(train: TrainSpec) -> int | Literal["auto"]:
    """Evaluations of a training that nothing stops, where the file alone tells; else Optuna's guess from the first."""
    if train.max_steps is not None and train.evaluate_every != "epoch":
        return math.ceil(train.max_steps / train.evaluate_every)
    if train.max_epochs is not None and train.evaluate_every == "epoch":
        return max(1, math.ceil(train.max_epochs))
    return "auto"
