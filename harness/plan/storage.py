"""The Optuna storage: one SQLite file beside the MLflow one."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import warnings
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.exceptions import StorageInternalError
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import UsageError
from harness.study import METRICS, Search, Study, TrainSpec

_MEANING = "harness:meaning"
FILE = "optuna.db"


def open_storage(store: Path) -> optuna.storages.RDBStorage:
    """Open the storage in a store folder, in WAL mode, waiting up to a minute for another writer.

    Raises:
        UsageError: if the file is there but is not a healthy SQLite database.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    file = (store / FILE).resolve()
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=60)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        return optuna.storages.RDBStorage(
            f"sqlite:///{file}",
            engine_kwargs={"connect_args": {"timeout": 60}},
            skip_compatibility_check=False,
        )
    except (sqlite3.DatabaseError, SQLAlchemyError, StorageInternalError, RuntimeError) as error:
        raise UsageError(f"{file}: not a usable Optuna storage: {error}. Move it away and run again.") from None


def open_study(study: Study, storage: optuna.storages.RDBStorage) -> optuna.Study:
    """Open or create the Optuna study of a study."""
    design = study.design
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    sampler: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=study.seed)
    if isinstance(design, Search):
        pruner = _pruner(design, study.train)
        sampler = _sampler(design, study.seed)
    optuna_study = optuna.create_study(
        study_name=study.name,
        storage=storage,
        directions=[METRICS[name].direction for name in study.objectives],
        sampler=sampler,
        pruner=pruner,
        load_if_exists=True,
    )
    if isinstance(design, Search) and (done := len(optuna_study.get_trials(deepcopy=False))):
        # with the first run's seed again, a continued search would draw the variants it began with once more
        optuna_study.sampler = _sampler(design, study.seed + done)
    if _MEANING not in optuna_study.user_attrs:
        optuna_study.set_user_attr("question", study.question)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            optuna_study.set_metric_names(list(study.objectives))
        optuna_study.set_user_attr(_MEANING, json.dumps(study.meaning()))
    return optuna_study


def read_meaning(name: str, storage: optuna.storages.RDBStorage) -> dict[str, Any] | None:
    """Return the meaning of the study that was run under a name, or None if there was none."""
    for summary in optuna.get_all_study_summaries(storage):
        if summary.study_name == name:
            text = summary.user_attrs.get(_MEANING)
            return json.loads(text) if text else None
    return None


def archive_study(name: str, new_name: str, storage: optuna.storages.RDBStorage) -> None:
    """Rename a study, if it exists, so that its name is free again."""
    if name in optuna.get_all_study_names(storage):
        optuna.copy_study(from_study_name=name, from_storage=storage, to_storage=storage, to_study_name=new_name)
        optuna.delete_study(study_name=name, storage=storage)


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
