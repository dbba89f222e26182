"""`harness export`: a trained network for elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.choosing import run_or_winner
from harness.cli.completing import complete_run
from harness.cli.options import PathType, data_option, require_backend, store_option, trust_option

if TYPE_CHECKING:
    from harness.store import Store
    from harness.trained import Form


@click.command(
    "export",
    short_help="Write a trained network for use elsewhere.",
    epilog="Example: harness export quickstart#7 --to onnx",
)
@click.argument("run", metavar="RUN|STUDY", shell_complete=complete_run)
@click.option(
    "--to", "form", type=click.Choice(["keras", "savedmodel", "onnx", "tensorboard"]), required=True,
    help="Keras's own file, TensorFlow's SavedModel, ONNX, or the graph for TensorBoard.",
)  # fmt: skip
@click.option(
    "--output", type=PathType(), metavar="PATH",
    help="File or folder to write; by default named after the run, in the working directory.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite what an earlier export left there.")
@trust_option
@data_option
@store_option
def export_command(
    run: str, form: Form, output: Path | None, force: bool, trust: bool, data_dir: Path | None, store: Store
) -> None:
    """Write the network of RUN for use elsewhere, with dropout inactive.

    RUN is STUDY#NUMBER, a run id or the beginning of one, or a run's name; STUDY alone takes the winner, which is said.
    A JSON file beside the network says what
    images it takes, how they are scaled, and which classes it tells apart.
    """
    from harness.trained import check_export, export, export_path, open_trained

    found = store.find(run_or_winner(run, store))
    path = output or export_path(found.study, found.trial, form)
    check_export(form, path, force, require_backend())  # before the import of Keras takes its seconds
    exported = export(open_trained(found.run_id, store, trust=trust), form, path, force=force, data_folder=data_dir)
    click.echo(f"{found.short}, {found.name}: {exported.path}")
    if exported.description:
        click.echo(f"{exported.takes} {exported.description} says so too.")
    if exported.remark:
        click.echo(exported.remark)
