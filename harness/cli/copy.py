"""`harness copy` and `harness move`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_recorded
from harness.cli.options import StoreType
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.store import Store
    from harness.store.copying.study import Copied, Told


@click.command(
    "copy", short_help="Copy studies from one store to another.", epilog="Example: harness copy mlruns lab quickstart"
)
@click.argument("source", metavar="FROM", type=StoreType())
@click.argument("target", metavar="TO", type=StoreType())
@click.argument("studies", nargs=-1, metavar="[STUDY]...", shell_complete=complete_recorded)
def copy_command(source: str, target: str, studies: tuple[str, ...]) -> None:
    """Copy studies from the store FROM to the store TO: those named, or all there are.

    A store is a folder, or a profile in harness.toml. Trials, their history, files and networks, and what Optuna knows
    are copied and then compared. Nothing is removed or replaced; the model registry stays where it is.
    """
    from harness.store.copying.study import copy_study

    one, other = _open_both(source, target, "copy")
    for name in _names(one, studies, "copy"):
        with _progress(name) as told:
            copied = copy_study(one, other, name, told)
        click.echo(f"{_said(copied)} {other.place}, equal to those in {one.place}")


@click.command(
    "move", short_help="Move studies from one store to another.", epilog="Example: harness move mlruns lab quickstart"
)
@click.argument("source", metavar="FROM", type=StoreType())
@click.argument("target", metavar="TO", type=StoreType())
@click.argument("studies", nargs=-1, metavar="[STUDY]...", shell_complete=complete_recorded)
def move_command(source: str, target: str, studies: tuple[str, ...]) -> None:
    """Move studies from the store FROM to the store TO: those named, or all there are.

    Each is copied and compared, as `harness copy` does, and then removed from FROM. The model registry stays where it
    is, but for versions that are of these studies. A whole folder needs no command: mv moves it.
    """
    from harness.store.copying.moving import move_study

    one, other = _open_both(source, target, "move")
    for name in _names(one, studies, "move"):
        with _progress(name) as told:
            moved = move_study(one, other, name, told)
        click.echo(f"{_said(moved.copied)} {other.place}, equal to those that were in {one.place}")
        if moved.left is not None:
            click.echo(f"{one.place} keeps it as {moved.left!r}, deleted: its keeper can remove that (mlflow gc).")
        if moved.versions:
            gone = ", ".join(moved.versions)
            click.echo(
                f"Gone from the model registry of {one.place}: {gone}. harness run {name} --register --store "
                f"{other.place} registers the winner there."
            )


def _open_both(source: str, target: str, what: str) -> tuple[Store, Store]:
    """Return two stores, of which the first exists.

    Raises:
        UsageError: if it does not, or both are the same.
    """
    from harness.store import open_store

    one, other = open_store(source), open_store(target)
    if not one.exists():
        raise UsageError(f"{one.place}: there is no store to {what} from.")
    if one.place == other.place or (Path(target).exists() and Path(source).exists() and Path(target).samefile(source)):
        raise UsageError(f"{other.place}: is the store to {what} from. Name another to {what} to.")
    return one, other


def _names(store: Store, studies: tuple[str, ...], what: str) -> list[str]:
    names = list(dict.fromkeys(studies)) or [summary.name for summary in store.summaries()]
    if not names:
        raise UsageError(f"{store.place}: has no studies to {what}.")
    return names


@contextlib.contextmanager
def _progress(name: str) -> Iterator[Told]:
    """Give what hears how far a copy is, and shows that on a terminal."""
    with click.progressbar(length=1, label=name, hidden=not sys.stderr.isatty(), file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield told


def _said(copied: Copied) -> str:
    return f"{copied.study}: {copied.trials} trials, {copied.evaluations} evaluations and {copied.files} files are in"
