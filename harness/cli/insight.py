"""`harness insight`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.choosing import run_or_winner
from harness.cli.completing import complete_run
from harness.cli.options import data_option, store_option, trust_option
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.store import Store


@click.command(
    "insight",
    short_help="Draw what a trained network learned.",
    epilog="Example: harness insight quickstart#0 --only weights --only maximisation",
)
@click.argument("run", metavar="RUN|STUDY", shell_complete=complete_run)
@click.option(
    "--only", multiple=True, metavar="PICTURE", help="Only these pictures; repeatable. A wrong one lists them."
)
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="Only these layers, e.g. conv_1; repeatable.")
@click.option(
    "--features",
    default="10",
    show_default=True,
    metavar="N|all",
    help="How many features of a layer get an image by activation maximisation.",
)
@click.option(
    "--image",
    "images",
    multiple=True,
    metavar="INDEX|FILE",
    help="What to look at layer by layer: a test image's number, or a picture; repeatable.",
)
@trust_option
@data_option
@store_option
def insight_command(
    run: str,
    only: tuple[str, ...],
    layers: tuple[str, ...],
    features: str,
    images: tuple[str, ...],
    trust: bool,
    data_dir: Path | None,
    store: Store,
) -> None:
    """Draw what the network of RUN learned, and put the pictures beside the run in MLflow.

    RUN is STUDY#NUMBER, a run's id or the beginning of it, or its name in the MLflow UI; STUDY alone takes the winner,
    which is said.
    """
    if features != "all" and not (features.isdecimal() and int(features)):
        raise UsageError(f"--features must be a number above 0, or all, got {features!r}. E.g. 10.")
    from harness.trained import look_inside

    run = run_or_winner(run, store)
    count = None if features == "all" else int(features)
    look = look_inside(
        run, store, only=only, layers=layers, features=count, images=images, data_folder=data_dir, trust=trust
    )
    found = look.trained.run
    click.echo(f"{found.short}, {found.name}: {len(look.names)} files in {look.place}")
    for name in look.names:
        click.echo(f"  {name}")
    click.echo("In the MLflow UI they are among the run's artifacts: harness ui")
