"""The pages that show a store on servers: those of its tracking server, and optuna-dashboard here."""

from __future__ import annotations

from harness.errors import UsageError
from harness.store.dashboard import STORAGE
from harness.store.facts import Server
from harness.store.profiles import Servers
from harness.store.record.view import VIEW_KEY
from harness.store.server.reading.opening import asked, experiment_of


def mlflow_pages(servers: Servers, study: str | None) -> Server:
    """Return where MLflow's pages of all studies are, or of one: the tracking server has them.

    Raises:
        UsageError: if there is no such study.
    """
    page = f"{servers.tracking_uri}/#/experiments?workflowType=machine_learning"
    if study:
        with asked(servers) as client:
            experiment = experiment_of(client, study).experiment_id
        page = (
            f"{servers.tracking_uri}/#/experiments/{experiment}/runs?workflowType=machine_learning"
            f"&viewStateShareKey={VIEW_KEY}"
        )
    return Server("MLflow UI", (), page)


def optuna_pages(servers: Servers) -> Server:
    """Return the pages of optuna-dashboard.

    Raises:
        UsageError: if nothing was kept in the database.
    """
    from harness.store.server.storage import has_tables, opened_engine
    from harness.store.server.words import in_words

    with in_words(servers), opened_engine(servers) as engine:
        if not has_tables(engine):
            raise UsageError(f"{servers.name}: no Optuna storage in {servers.database}. `harness run` makes one.")
    return Server("optuna-dashboard", ("-m", "harness.store.dashboard"), "/dashboard", {STORAGE: servers.storage})
