"""A study's part of Optuna's storage, copied."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import optuna

RUN = "harness:run_id"
"""User attribute of a trial: its run in MLflow."""


def copy_trials(
    name: str,
    new_name: str,
    source: optuna.storages.BaseStorage,
    target: optuna.storages.BaseStorage,
    runs: Mapping[str, str],
) -> bool:
    """Copy a study and its trials to another storage, with the numbers that they have; whether there was one.

    Args:
        name: of the study.
        new_name: what it is called there.
        source: where it is.
        target: where it is to be.
        runs: id of a run here -> its id there.
    """
    if name not in optuna.get_all_study_names(source):
        return False
    old = optuna.load_study(study_name=name, storage=source)
    new = optuna.create_study(study_name=new_name, storage=target, directions=old.directions)
    for key, value in old.user_attrs.items():
        new.set_user_attr(key, value)
    place = target.get_study_id_from_name(new_name)
    for key, value in source.get_study_system_attrs(source.get_study_id_from_name(name)).items():
        target.set_study_system_attr(place, key, value)
    for trial in old.get_trials(deepcopy=False):
        made = copy.copy(trial)
        made.user_attrs = with_runs(trial.user_attrs, runs)
        target.create_new_trial(place, made)
    return True


def with_runs(attributes: Mapping[str, object], runs: Mapping[str, str]) -> dict[str, object]:
    """Return the attributes of a trial with the id that its run has in the other store."""
    found = dict(attributes)
    if RUN in found:
        found[RUN] = runs.get(str(found[RUN]), found[RUN])
    return found
