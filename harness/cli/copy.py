"""`harness copy`."""

from __future__ import annotations

import sys

import click

from harness.cli.completing import complete_recorded
from harness.cli.options import StoreType
from harness.errors import UsageError


@click.command("copy", epilog="Example: harness copy mlruns lab quickstart")
@click.argument("source", metavar="FROM", type=StoreType())
@click.argument("target", metavar="TO", type=StoreType())
@click.argument("studies", nargs=-1, metavar="[STUDY]...", shell_complete=complete_recorded)
def copy_command(source: str, target: str, studies: tuple[str, ...]) -> None:
    """Copy studies from the store FROM to the store TO: those named, or all there are.

    A store is a folder, or a profile in harness.toml. Trials, their history, files and networks, and what Optuna knows
    are copied and then compared. Nothing is removed or replaced; the model registry stays where it is.
    """
    from harness.store import open_store
    from harness.store.copying.study import copy_study

    one, other = open_store(source), open_store(target)
    if not one.exists():
        raise UsageError(f"{one.place}: there is no store to copy from.")
    names = list(studies) or [summary.name for summary in one.summaries()]
    if not names:
        raise UsageError(f"{one.place}: has no studies to copy.")
    for name in names:
        with click.progressbar(length=1, label=name, hidden=not sys.stderr.isatty(), file=sys.stderr) as bar:

            def told(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            copied = copy_study(one, other, name, told)
        click.echo(
            f"{copied.study}: {copied.trials} trials, {copied.evaluations} evaluations and {copied.files} files are in "
            f"{other.place}, equal to those in {one.place}"
        )
