"""`harness ui` and `harness dashboard`: the pages of MLflow and of Optuna."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_study
from harness.cli.options import store_option
from harness.cli.servers import host_option, open_option, port_option, serve
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.store import Store


@click.command(
    "ui", short_help="Browse runs in the MLflow UI, on this machine.", epilog="Example: harness ui quickstart --open"
)
@click.argument("study", required=False, shell_complete=complete_study)
@port_option(5000)
@host_option
@open_option
@store_option
def ui_command(study: str | None, port: int, host: str, open_browser: bool, store: Store) -> None:
    """Browse all runs, or those of STUDY, in the MLflow UI, on this machine. Ctrl-C ends it."""
    study = Path(study).stem if study and study.endswith(".toml") else study
    serve(store.ui(study), host, port, open_browser)


@click.command("dashboard", epilog="Example: harness dashboard --open")
@port_option(8080)
@host_option
@open_option
@store_option
def dashboard_command(port: int, host: str, open_browser: bool, store: Store) -> None:
    """Browse the studies in optuna-dashboard, on this machine. Ctrl-C ends it."""
    if importlib.util.find_spec("optuna_dashboard") is None:
        raise UsageError(
            "optuna-dashboard must be installed, got no such package. Install it: pip install 'cnn-harness[dashboard]'"
        )
    serve(store.dashboard(), host, port, open_browser)
