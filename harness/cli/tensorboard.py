"""`harness tensorboard`: what was recorded of a study, in TensorBoard."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_study
from harness.cli.options import PathType, reports_option, store_option
from harness.cli.results import read_results
from harness.cli.servers import host_option, open_option, port_option, serve
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.results import Results
    from harness.store import Store

_SERVER = """
import sys
sys.modules["tensorflow"] = None
from tensorboard.main import run_main
run_main()
"""
"""TensorBoard without TensorFlow, which it would import for seconds, and needs for nothing that is shown here."""
_PAGE = "/?smoothing=0#timeseries"
"""Curves as they are: smoothed, as TensorBoard begins, they are not what was measured."""


@click.command(
    "tensorboard",
    short_help="Browse curves and networks in TensorBoard, on this machine.",
    epilog="Example: harness tensorboard quickstart --open",
)
@click.argument("study", shell_complete=complete_study)
@click.option(
    "--to", "folder", type=PathType(), metavar="FOLDER", help="Only write the event files, to a new or empty folder."
)
@port_option(6006)
@host_option
@open_option
@store_option
@reports_option
def tensorboard_command(
    study: str, folder: Path | None, port: int, host: str, open_browser: bool, store: Store, reports: Path
) -> None:
    """Browse the curves, hyperparameters and networks of STUDY in TensorBoard, on this machine. Ctrl-C ends it.

    STUDY is a study's name or file, or a report's folder, which has no networks. What is shown is what is recorded now.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise UsageError(
            "TensorBoard must be installed, got no such package. Install it: pip install 'cnn-harness[tensorboard]'"
        )
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"--to {folder}: must be a new or an empty folder. Name another, or remove it.")
    results = read_results(study, store, reports)
    elsewhere, colon, _ = study.rpartition(":")
    if colon:
        from harness.store import open_store

        store = open_store(elsewhere)
    if folder is not None:
        _write(results, store, folder)
        click.echo(f"See it with: tensorboard --logdir {folder}")
        return
    with tempfile.TemporaryDirectory(prefix="harness-tensorboard-") as made:
        from harness.store import Server

        place = Path(made) / "events"
        _write(results, store, place)
        serve(Server("TensorBoard", ("-c", _SERVER, "--logdir", str(place)), _PAGE), host, port, open_browser)


def _network(run_id: str, store: Store) -> Path | None:
    """Return the file of the network of a run; None if it left none, or is not in the store, as one of a report."""
    try:
        return store.model(store.find(run_id))
    except UsageError:
        return None


def _write(results: Results, store: Store, folder: Path) -> None:
    """Write event files, whole or not at all, and say what there is."""
    from harness.staging import put_in_place, staged
    from harness.tensorboard import write_events

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with staged(folder) as made:
            written = write_events(*results, made, lambda run_id: _network(run_id, store))
            put_in_place(made, folder, lambda _: False)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}. Name another place.") from None
    click.echo(f"{results.study.name}: {written.runs} runs and {written.graphs} networks", err=True)
