"""A tracking server, opened to be asked; what of it are studies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.errors import UsageError, did_you_mean
from harness.store.profiles import Servers
from harness.store.quiet import quiet_mlflow
from harness.store.record.experiments import STUDIES
from harness.store.record.view import VIEW_TAG

if TYPE_CHECKING:
    from mlflow.entities import Experiment, Run

    from harness.store.server.client import ServerClient

_PAGE = 1000
"""Runs or experiments that are asked for at once."""


@contextlib.contextmanager
def asked(servers: Servers) -> Iterator[ServerClient]:
    """Open the tracking server for reading: who is away is said at once.

    Raises:
        UsageError: if it does not let the user in.
        RunError: if it is away.
    """
    with quiet_mlflow:
        from harness.store.server.client import ServerClient
        from harness.store.server.patience import Patience
        from harness.store.server.words import in_words

        with in_words(servers):
            yield ServerClient(servers, Patience(0))


def studies(client: ServerClient, deleted: bool = False) -> list[Experiment]:
    """Return the experiments of studies, by name; those that are deleted, or those that are not."""
    from mlflow.entities import ViewType

    view = ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY
    found: list[Experiment] = []
    token: str | None = None
    while True:
        page = client.search_experiments(
            view_type=view, filter_string=f"tags.`{VIEW_TAG}` LIKE '%'", max_results=_PAGE, page_token=token
        )
        found += page
        token = page.token
        if not token:
            return sorted(found, key=lambda experiment: str(experiment.name))


def runs(
    client: ServerClient,
    experiments: list[Experiment],
    query: str = "",
    most: int | None = None,
    deleted: bool = False,
) -> list[Run]:
    """Return the runs of experiments that match one of MLflow's filters; at most so many; or those that are deleted."""
    from mlflow.entities import ViewType

    view = ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY
    found: list[Run] = []
    token: str | None = None
    ids = [experiment.experiment_id for experiment in experiments]
    while ids:
        page = client.search_runs(ids, query, view, min(_PAGE, most or _PAGE), page_token=token)
        found += page
        token = page.token
        if not token or (most and len(found) >= most):
            break
    return found


def experiment_of(client: ServerClient, name: str) -> Experiment:
    """Return the experiment of a study.

    Raises:
        UsageError: if there is none.
    """
    found = client.get_experiment_by_name(name)
    if found is None or found.lifecycle_stage != "active":
        raise unknown_study(client, name)
    return found


def unknown_study(client: ServerClient, name: str) -> UsageError:
    """Return the error for a study that is not there, with what comes near."""
    names = [str(experiment.name) for experiment in studies(client)]
    near = did_you_mean(name, names) or (f" There are: {', '.join(names[:20])}." if names else " It is empty.")
    return UsageError(f"{client.servers.name}: no study {name!r} in this store.{near}")


def study_run(client: ServerClient, experiment: Experiment) -> Run | None:
    """Return the run of a study itself, the one begun last; None if there is none."""
    found = runs(client, [experiment], STUDIES, most=1)  # MLflow gives the latest first
    return found[0] if found else None
