"""The servers whose pages show a store in a folder: MLflow's UI and optuna-dashboard."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError
from harness.store.facts import Server
from harness.store.local.database import DATABASE, check_store, store_uri
from harness.store.local.files.folder import nothing_here
from harness.store.local.files.places import moved
from harness.store.local.hold import settle_place
from harness.store.local.optuna_storage import FILE, opened_storage
from harness.store.local.reading.opening import open_database
from harness.store.local.reading.studies import find_experiment
from harness.store.quiet import quiet_optuna
from harness.store.record.view import VIEW_KEY, VIEW_TAG


def mlflow_pages(store: Path, study: str | None) -> Server:
    """Return MLflow's pages of all studies, or of one. A store that was moved has its place recorded first.

    Raises:
        UsageError: if there is no store, or no such study, or the store was moved and may not be written to.
    """
    if not (store / DATABASE).exists():
        raise nothing_here(store)
    check_store(store)
    if moved(store, store / DATABASE):  # its pages go by the addresses that are recorded, and not by where the store is
        settle_place(store)
    # Its pages are for language models unless the address says otherwise; a tag of the experiment does not decide.
    page = "/#/experiments?workflowType=machine_learning"
    if study:
        experiment = find_experiment(store, study)
        view = f"&viewStateShareKey={VIEW_KEY}" if has_view(store, experiment) else ""
        page = f"/#/experiments/{experiment}/runs?workflowType=machine_learning{view}"
    arguments = (
        "-m", "mlflow", "server",
        "--backend-store-uri", store_uri(store),
        "--default-artifact-root", (store / "artifacts").resolve().as_uri(),
        "--workers", "1",
        "--uvicorn-opts", "--log-level warning",
    )  # fmt: skip
    return Server("MLflow UI", arguments, page)


def has_view(store: Path, experiment: str) -> bool:
    """Whether an experiment has the view of its runs; those that earlier versions recorded have none."""
    with open_database(store) as connection:
        query = "SELECT 1 FROM experiment_tags WHERE experiment_id = ? AND key = ?"
        return connection.execute(query, (int(experiment), VIEW_TAG)).fetchone() is not None


def optuna_pages(store: Path) -> Server:
    """Return the pages of optuna-dashboard.

    Raises:
        UsageError: if Optuna's storage is missing or damaged.
    """
    file = store / FILE
    if not file.exists():
        if not (store / DATABASE).exists():
            raise nothing_here(store)
        raise UsageError(f"{file}: not found, though the store is there. `harness doctor --repair` makes it anew.")
    with quiet_optuna, opened_storage(store):
        pass  # it is whole
    return Server("optuna-dashboard", ("-m", "harness.store.dashboard", f"sqlite:///{file.resolve()}"), "/dashboard")
