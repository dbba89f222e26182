"""`harness predict`: one's own pictures."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.choosing import run_or_winner
from harness.cli.completing import complete_run
from harness.cli.options import PathType, data_option, require_backend, store_option, trust_option
from harness.cli.printing import console
from harness.errors import UsageError, printable
from harness.escaping import csv_cell

if TYPE_CHECKING:
    from harness.store import Store
    from harness.trained import Predictions

_SHEET = Path("predictions.png")


@click.command(
    "predict",
    short_help="Classify pictures of your own with a trained network.",
    epilog="Example: harness predict quickstart#7 my-digits",
)
@click.argument("run", metavar="RUN|STUDY", shell_complete=complete_run)
@click.argument("folder", type=PathType())
@click.option(
    "--contact-sheet", "sheet", type=PathType(dir_okay=False), default=_SHEET, show_default=True,
    metavar="FILE", help="Picture to write: each one as it is, as the network sees it, and what it takes it for.",
)  # fmt: skip
@click.option(
    "--csv", "table", type=PathType(dir_okay=False), metavar="FILE",
    help="Write the table with the probabilities of all classes here too.",
)  # fmt: skip
@trust_option
@data_option
@store_option
def predict_command(
    run: str, folder: Path, sheet: Path, table: Path | None, trust: bool, data_dir: Path | None, store: Store
) -> None:
    """Classify the pictures in FOLDER (PNG, JPEG, WebP, GIF, BMP), or a single one, with the network of RUN.

    RUN is STUDY#NUMBER, a run id or the beginning of one, or a run's name; STUDY alone takes the winner, which is said.
    Pictures may have any size, colours,
    transparency or 16 bits, and be dark on light; each is brought into the frame of the set that the network was
    trained on. A name that begins with a lone digit, or a class's name, tells the true class: 7_mine.png, not 70.png.

    Exit code 1 if a picture could not be read, 2 if none could be classified.
    """
    from harness.data import KINDS
    from harness.trained import find_pictures, left_out, open_trained, predict, require_sheet

    pictures = find_pictures(folder)
    require_sheet(sheet)
    for output in (sheet, table):
        _require_writable(output, pictures)
    run = run_or_winner(run, store)
    store.find(run)  # before the import of Keras takes its seconds
    require_backend()
    found = predict(open_trained(run, store, trust=trust), pictures, data_dir)
    for line in found.unreadable:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {line}", err=True)
    for file in left_out(folder):
        click.echo(f"left out: {printable(str(file))}: no {KINDS} picture. Convert it.", err=True)
    _print(found)
    if not found.classified:
        raise UsageError(f"{folder}: there is no picture here that could be classified.")
    _write(found, sheet, table)
    if found.unreadable:
        raise click.exceptions.Exit(1)


def _require_writable(output: Path | None, pictures: list[Path]) -> None:
    if output is None:
        return
    if output.is_symlink():
        raise UsageError(f"{output}: is a link, and nothing is written through links. Name another file to write.")
    if output.resolve() in [picture.resolve() for picture in pictures]:
        raise UsageError(f"{output}: is one of the pictures to be classified. Name another file to write.")
    if not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise UsageError(f"{output}: cannot be written: {output.parent} is no folder that may be written to.")


def _write(found: Predictions, sheet: Path, table: Path | None) -> None:
    """Write sheet and table, both whole or none of them."""
    from harness.trained import write_sheet

    with contextlib.ExitStack() as both:
        write_sheet(found, both.enter_context(_whole(sheet)))
        if table is not None:
            cells = (
                found.frame()
                .rename(columns=csv_cell)
                .map(lambda cell: csv_cell(cell) if isinstance(cell, str) else cell)
            )
            cells.to_csv(both.enter_context(_whole(table)), index=False)
    click.echo(f"Contact sheet: {sheet}")
    if table is not None:
        click.echo(f"Table:         {table}")


@contextlib.contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of a file when all is written.

    Raises:
        UsageError: if that fails; what there was is left.
    """
    if file.exists() and not file.is_file():  # /dev/stdout
        yield file
        return
    target = file.resolve()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".harness-") as folder:
            yield Path(folder) / target.name
            (Path(folder) / target.name).replace(target)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}. Name another file.") from None


def _print(found: Predictions) -> None:
    from harness.trained import draw_table, remarks

    out = console()
    if found.classified or found.blank:
        out.print(draw_table(found))
    for line in remarks(found):
        out.print(line, soft_wrap=True)
    if found.sentence:
        out.print(f"{found.run} ({found.variant}): {found.sentence}.", soft_wrap=True)
