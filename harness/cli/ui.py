"""`harness ui` and `harness dashboard`: the pages of MLflow and of Optuna."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import click

from harness.cli.options import complete_study, store_option
from harness.cli.servers import host_option, open_option, port_option, serve
from harness.errors import UsageError
from harness.surroundings import PYTHON_OPTIONS


@click.command("ui", epilog="Example: harness ui quickstart --open")
@click.argument("study", required=False, shell_complete=complete_study)
@port_option(5000)
@host_option
@open_option
@store_option
def ui_command(study: str | None, port: int, host: str, open_browser: bool, store: Path) -> None:
    """Browse all runs, or those of STUDY, in the MLflow UI, on this machine. Ctrl-C ends it."""
    from harness.store.local.database import DATABASE, check_store, store_uri
    from harness.store.local.studies import find_experiment
    from harness.store.record.view import VIEW_KEY, has_view

    if not (store / DATABASE).exists():
        raise UsageError(f"{store / DATABASE}: no such store. `harness run` makes one; --store names another folder.")
    check_store(store)
    # Its pages are for language models unless the address says otherwise; a tag of the experiment does not decide.
    page = "/#/experiments?workflowType=machine_learning"
    if study:
        experiment = find_experiment(store, Path(study).stem if study.endswith(".toml") else study)
        view = f"&viewStateShareKey={VIEW_KEY}" if has_view(store, experiment) else ""
        page = f"/#/experiments/{experiment}/runs?workflowType=machine_learning{view}"
    command = [
        sys.executable, *PYTHON_OPTIONS, "-m", "mlflow", "server",
        "--backend-store-uri", store_uri(store),
        "--default-artifact-root", (store / "artifacts").resolve().as_uri(),
        "--host", host, "--port", str(port), "--workers", "1",
        "--uvicorn-opts", "--log-level warning",
    ]  # fmt: skip
    serve("MLflow UI", command, {}, host, port, page, open_browser)


_DASHBOARD = """
import sys
from importlib.metadata import entry_points
(script,) = entry_points(group="console_scripts", name="optuna-dashboard")
sys.exit(script.load()())
"""


@click.command("dashboard", epilog="Example: harness dashboard --open")
@port_option(8080)
@host_option
@open_option
@store_option
def dashboard_command(port: int, host: str, open_browser: bool, store: Path) -> None:
    """Browse the studies in optuna-dashboard, on this machine. Ctrl-C ends it."""
    if importlib.util.find_spec("optuna_dashboard") is None:
        raise UsageError(
            "optuna-dashboard must be installed, got no such package. Install it: pip install 'cnn-harness[dashboard]'"
        )
    from harness.plan.storage import FILE, open_storage

    file = store / FILE
    if not file.exists():
        raise UsageError(f"{file}: no such storage. `harness run` makes one; --store names another folder.")
    open_storage(store)  # says so if it is damaged
    command = [
        sys.executable,
        *PYTHON_OPTIONS,
        "-c",
        _DASHBOARD,
        f"sqlite:///{file.resolve()}",
        "--host",
        host,
        "--port",
        str(port),
    ]
    serve("optuna-dashboard", command, {}, host, port, "/dashboard", open_browser)
