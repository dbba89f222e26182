"""What is wrong with a store on servers, and how it is mended."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.metrics import counted
from harness.store.aside import name_before
from harness.store.facts import Condition
from harness.store.profiles import Servers
from harness.store.server.aside import INTENT
from harness.store.server.hold import held
from harness.store.server.reading.frames import read_trials
from harness.store.server.reading.opening import asked, runs, studies
from harness.trials import left_out_of

if TYPE_CHECKING:
    from mlflow.entities import Experiment, Run
    from sqlalchemy import Connection

    from harness.store.server.client import ServerClient

_SHOWN = 5
"""How many of a kind are named."""

Repair = Callable[[str], str]
"""Puts a study right by its name, and says what it did."""


def look(servers: Servers, repair: Repair) -> Iterator[Condition]:
    """Look at both servers, at what they say of each other, and at what crashes left.

    Args:
        servers: which.
        repair: closes what is open of a study, and lets Optuna's storage know its trials.
    """
    try:
        yield from _look(servers, repair)
    except HarnessError as error:
        yield Condition("problem", str(error))


def _look(servers: Servers, repair: Repair) -> Iterator[Condition]:
    from harness.store.server.locks import is_running
    from harness.store.server.storage import has_tables, opened_engine
    from harness.store.server.words import in_words

    with asked(servers) as client, in_words(servers), opened_engine(servers) as engine, engine.connect() as connection:
        there = studies(client)
        version = connection.exec_driver_sql("SHOW server_version").scalar()
        mlflow, ours = client.server_version(), metadata.version("mlflow")
        yield Condition("ok", f"{servers.tracking_uri}: answers; MLflow {mlflow}, studies: {len(there)}")
        if mlflow != ours:
            yield Condition("note", f"{servers.tracking_uri}: has MLflow {mlflow}, and here is {ours}: as yet untried")
        yield Condition("ok", f"{servers.database}: answers; PostgreSQL {version}")
        known = _kept_numbers(connection) if has_tables(engine) else {}
        lost: dict[str, int] = {}
        for experiment in there:
            name = str(experiment.name)
            if is_running(connection, name):
                yield Condition("note", f"{name}: is being run now, and is not looked at")
                continue
            yield from _ends(servers, client, experiment, repair)
            its, _ = read_trials(client, experiment)
            if damaged := left_out_of(its):
                yield Condition("problem", f"{name}: {counted(len(damaged), 'run')} cannot be read, and reports leave "
                    f"them out: {'; '.join(map(str, damaged[:_SHOWN]))}. Their record was damaged or edited: put it "
                    "right, or delete the runs, in the MLflow UI.")  # fmt: skip
            recorded = set(its.loc[its["status"].isin(["finished", "pruned"]), "trial"]) if len(its) else set()
            if not name.endswith(".optimize") and (missing := recorded - known.get(name, set())):
                lost[name] = len(missing)
        for name, count in lost.items():
            yield Condition(
                "problem",
                f"{servers.database}: Optuna's storage does not know {counted(count, 'recorded trial')} of {name}. "
                "--repair makes it anew from what is recorded; no training is lost.",
                functools.partial(repair, name),
            )


def _kept_numbers(connection: Connection) -> dict[str, set[int]]:
    """Return study -> numbers of the trials that Optuna has a result of, or holds open for one."""
    known: dict[str, set[int]] = {}
    for name, number in connection.exec_driver_sql(
        "SELECT s.study_name, t.number FROM studies s JOIN trials t ON t.study_id = s.study_id WHERE t.state != 'FAIL'"
    ):
        known.setdefault(name, set()).add(number)
    return known


def _ends(servers: Servers, client: ServerClient, experiment: Experiment, repair: Repair) -> Iterator[Condition]:
    """Look for what nobody closes any more: runs, and a study that is half put aside."""
    name = str(experiment.name)
    aside = experiment.tags.get(INTENT)
    if (aside and aside != name) or name_before(name) is not None:
        yield Condition(
            "problem",
            f"{name}: was being renamed or deleted by a process that was killed. The next run, or --repair, ends that.",
            functools.partial(_end_aside, servers, name),
        )
        return
    if left := runs(client, [experiment], "attributes.status = 'RUNNING'"):
        yield Condition(
            "problem",
            f"{name}: {_of(left)} left open, and nothing runs them. The next run, or --repair, closes them.",
            functools.partial(repair, name),
        )


def _of(left: list[Run]) -> str:
    own = sum(run.data.tags.get("harness.kind") == "study" for run in left)
    parts = ["the study's own run"] if own else []
    return ", ".join(parts + ([counted(len(left) - own, "run")] if len(left) > own else []))


def _end_aside(servers: Servers, name: str) -> str:
    with held(servers, name) as hold:
        return f"is called {hold.finish_aside() or name!r} now"


def leftovers(servers: Servers) -> list[Path]:
    """Return what killed runs left on this machine, of studies that nobody runs now."""
    from harness.store.server.cache import cache_folder
    from harness.store.server.locks import is_running
    from harness.store.server.storage import opened_engine
    from harness.store.server.words import in_words

    staging = cache_folder(servers) / "staging"
    found = [path for path in staging.iterdir() if any(path.glob("*"))] if staging.is_dir() else []
    if not found:
        return []
    try:
        with in_words(servers), opened_engine(servers) as engine, engine.connect() as connection:
            return [path for path in found if not is_running(connection, path.name)]
    except HarnessError:
        return []  # nobody can say whether they are somebody's; that the database is away is said by itself
