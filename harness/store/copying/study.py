"""A study copied whole: its runs, their files, its part of Optuna's storage.

It is made under a name of its own, compared, and gets the study's name at the end: whoever is killed leaves no half
study of that name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from harness.errors import UsageError
from harness.store.base import Store
from harness.store.record.experiments import STUDIES, TRIALS, experiment_names, rename_experiment
from harness.store.recording import Depot, Hold

if TYPE_CHECKING:
    from mlflow.entities import Experiment, Metric, Run

_MAKING = "being copied"
"""What a study is called in its new store until all of it is there."""

_PAGE = 1000

_TOGETHER = 50
"""Runs whose histories are asked for at once."""


class Told(Protocol):
    """Hears how far a copy is."""

    def __call__(self, done: int, total: int) -> None:
        """Take note that so many runs of all are copied."""
        ...


@dataclass(frozen=True)
class Copied:
    """What was copied, and is equal in both stores.

    Attributes:
        study: its name.
        trials: how many.
        evaluations: rows of the history.
        files: artifacts, those of models among them.
    """

    study: str
    trials: int
    evaluations: int
    files: int


def copy_study(
    source: Store,
    target: Store,
    name: str,
    told: Told | None = None,
    afterwards: Callable[[Hold], None] | None = None,
) -> Copied:
    """Copy a study to another store, and compare it there with what it is.

    Ids of runs and models are others there: MLflow gives them. All else is the same.

    Args:
        source: where it is.
        target: where it is to be; made if need be.
        name: of the study.
        told: hears how far it is.
        afterwards: done with the right to run the study in the source, once the copy is there and equal.

    Raises:
        UsageError: if there is no such study, it is being run, something of it is open, or the target has one of this
            name.
        RunError: if what came out is not what went in.
    """
    source.kept_study(name)  # it is there, and can be read
    with contextlib.ExitStack() as stack:
        stack.enter_context(source.in_words())
        there = stack.enter_context(source.hold(name))
        _require_closed(there, source, name)
        stack.enter_context(target.in_words())
        here = stack.enter_context(target.hold(name))
        _require_free(here, target, name)
        _remove_halves(here, name)
        copied = _copy(source, target, there, here, name, told)
        if afterwards is not None:
            afterwards(there)
        return copied


def _require_closed(hold: Hold, store: Store, name: str) -> None:
    if hold.has_open_ends():
        raise UsageError(
            f"{store.place}: something of {name!r} was left open. `harness doctor --repair --store {store.place}` "
            "closes it; then copy it."
        )


def _require_free(hold: Hold, store: Store, name: str) -> None:
    import optuna

    if name in {*experiment_names(depot_of(hold, store).client), *optuna.get_all_study_names(hold.storage)}:
        raise UsageError(
            f"{store.place}: has a study {name!r} already, and copying replaces none. Copy into another store."
        )


def depot_of(hold: Hold, store: Store) -> Depot:
    """Return what a hold gives to those who copy.

    Raises:
        UsageError: if the store is none that can be copied from or to.
    """
    if hold.depot is None:
        raise UsageError(f"{store.place}: nothing is copied from or to a store in memory.")
    return hold.depot


def _remove_halves(hold: Hold, name: str) -> None:
    """Delete what killed processes left of copying this study."""
    import optuna

    assert hold.depot is not None
    client, beginning = hold.depot.client, f"{name} {_MAKING} "
    for half in optuna.get_all_study_names(hold.storage):
        if half.startswith(beginning):
            optuna.delete_study(study_name=half, storage=hold.storage)
    for half in experiment_names(client):
        experiment = client.get_experiment_by_name(half) if half.startswith(beginning) else None
        if experiment is not None and experiment.lifecycle_stage == "active":
            client.delete_experiment(experiment.experiment_id)


def _copy(source: Store, target: Store, there: Hold, here: Hold, name: str, told: Told | None) -> Copied:
    from harness.store.copying.comparing import require_same_frames, require_same_trials
    from harness.store.copying.runs import copy_run
    from harness.store.copying.trials import copy_trials

    making = f"{name} {_MAKING} {datetime.now(UTC):%Y-%m-%d %H.%M.%S.%f}"
    one, other = depot_of(there, source), depot_of(here, target)
    experiment = one.client.get_experiment_by_name(name)
    assert experiment is not None, name
    new_id = str(other.client.create_experiment(making, artifact_location=other.address(name)))
    for tag, text in experiment.tags.items():
        other.client.set_experiment_tag(new_id, tag, text)
    own, trials = _runs(one, experiment, STUDIES), _runs(one, experiment, TRIALS)
    runs, ids, files = [*own, *trials], dict[str, str](), 0
    measured: dict[str, list[Metric]] = {}
    for done, run in enumerate(runs):
        if done % _TOGETHER == 0:
            measured = one.histories(runs[done : done + _TOGETHER])
        run_id = str(run.info.run_id)
        ids[run_id], count = copy_run(run, measured.pop(run_id), one, other, new_id, ids)
        files += count
        if told is not None:
            told(done + 1, len(runs))
    in_optuna = copy_trials(name, making, there.storage, here.storage, ids)
    frames = require_same_frames(source, target, name, making)
    if in_optuna:
        require_same_trials(name, making, there.storage, here.storage, ids)
    # Killed between the two, the target has trials that Optuna does not know: `harness doctor --repair` mends that.
    rename_experiment(other.client, making, name)
    here.rename_in_optuna({making: name})
    return Copied(name, len(frames[0]), len(frames[1]), files)


def _runs(depot: Depot, experiment: Experiment, query: str) -> list[Run]:
    """Return the runs of an experiment, the first first."""
    found: list[Run] = []
    token: str | None = None
    while True:
        page = depot.client.search_runs(
            [experiment.experiment_id], query, max_results=_PAGE, order_by=["attributes.start_time ASC"],
            page_token=token,
        )  # fmt: skip
        found += page
        token = page.token
        if not token:
            return found
