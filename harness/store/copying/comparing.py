"""Whether a copied study is what it was: its tables, and its trials in Optuna's storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import optuna

from harness.errors import RunError
from harness.store.base import Store
from harness.store.copying.trials import with_runs

if TYPE_CHECKING:
    import pandas as pd
    from optuna.trial import FrozenTrial

_IDS = ["run_id", "experiment_id"]
"""Columns of what each store gives by itself."""

_TICKET = "harness:ticket"
"""System attribute that some stores give a trial of their own."""


def require_same_frames(source: Store, target: Store, name: str, new_name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Look that trials, history and the study itself read the same in both stores; return trials and history.

    Raises:
        RunError: if they do not.
    """
    import pandas as pd

    (trials, history), (new_trials, new_history) = source.frames(name), target.frames(new_name)
    for title, one, other in (("trials", trials, new_trials), ("history", history, new_history)):
        try:
            pd.testing.assert_frame_equal(_plain(one), _plain(other), check_like=True, check_exact=True)
        except AssertionError as error:
            raise _other(target, name, f"its {title}: {str(error).splitlines()[0]}") from None
    if {**trials.attrs["study"], "name": name} != {**new_trials.attrs["study"], "name": name}:
        raise _other(target, name, "the study itself")
    return trials, history


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    plain = frame.drop(columns=[name for name in _IDS if name in frame])
    plain.attrs = {}
    if "study" in plain:
        plain = plain.sort_values([name for name in ("trial", "step", "started") if name in plain], ignore_index=True)
    return plain


def require_same_trials(
    name: str,
    new_name: str,
    source: optuna.storages.BaseStorage,
    target: optuna.storages.BaseStorage,
    runs: Mapping[str, str],
) -> None:
    """Look that a study has the same trials in both of Optuna's storages.

    Raises:
        RunError: if it has not.
    """
    one, other = (
        optuna.load_study(study_name=called, storage=storage).get_trials(deepcopy=False)
        for called, storage in ((name, source), (new_name, target))
    )
    if len(one) != len(other):
        raise RunError(f"{name}: Optuna has {len(one)} trials of it, and {len(other)} after copying. Copy again.")
    for before, after in zip(one, other, strict=True):
        if repr(_facts(before, runs)) != repr(_facts(after, {})):  # what is not a number equals itself so
            raise RunError(f"{name}: trial {before.number} is another one in Optuna after copying. Copy again.")


def _facts(trial: FrozenTrial, runs: Mapping[str, str]) -> tuple[object, ...]:
    system = {key: value for key, value in trial.system_attrs.items() if key != _TICKET}
    tables = (trial.params, trial.distributions, with_runs(trial.user_attrs, runs), system, trial.intermediate_values)
    return (
        trial.number, trial.state, trial.values, trial.datetime_start, trial.datetime_complete,
        *(sorted(table.items()) for table in tables),
    )  # fmt: skip


def _other(target: Store, name: str, what: str) -> RunError:
    return RunError(
        f"{target.place}: {name!r} came out other than it went in: {what}. Nothing was renamed: copy again."
    )
