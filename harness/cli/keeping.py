"""`harness rename` and `harness delete`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_deletable
from harness.cli.options import reports_option, store_option
from harness.cli.project import studies_folder
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.store import Store


@click.command(
    "rename",
    short_help="Rename a recorded study, or restore a deleted one.",
    epilog="Example: harness rename quickstart first-try",
)
@click.argument("old", shell_complete=complete_deletable)
@click.argument("new")
@store_option
@reports_option
def rename_command(old: str, new: str, store: Store, reports: Path) -> None:
    """Give the recorded study OLD the name NEW, in MLflow and in Optuna.

    Its study file, its report's folder and the model that is registered under its name stay as they are. A study that
    was deleted is restored by this: OLD is then the name that `harness delete` said.
    """
    from harness.store.lifecycle import rename_study

    rename_study(store, old, new)
    click.echo(f"{old} is {new} now, in {store.place}.")
    if (reports / old).is_dir():
        click.echo(f"Its report in {reports / old} is left as it is; harness report {new} writes {reports / new}.")
    if (file := studies_folder() / f"{old}.toml").is_file():
        click.echo(f"{file} is left as it is: harness run {old} would begin a study of that name.")


@click.command(
    "delete", short_help="Delete recorded studies, after a question.", epilog="Example: harness delete quickstart"
)
@click.argument("studies", nargs=-1, metavar="[STUDY]...", shell_complete=complete_deletable)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--for-good", is_flag=True,
    help="Remove files and rows, so that nothing restores them; without STUDY all that was deleted before.",
)  # fmt: skip
@store_option
@reports_option
def delete_command(studies: tuple[str, ...], yes: bool, for_good: bool, store: Store, reports: Path) -> None:
    """Delete recorded studies, after a question that says what goes.

    A deleted study can be restored, and keeps its files for that: `harness rename` does so, with the name that is said.
    With --for-good its disk space comes back. Reports and study files stay in any case.
    """
    from harness.store.lifecycle import delete_study, remove_study, require_known

    if not studies and not for_good:
        raise UsageError("name the studies to delete. `harness list` shows those there are.")
    names = list(dict.fromkeys(studies)) or [one.name for one in store.deleted()]
    if not names:
        click.echo(f"{store.place}: nothing was deleted here that could be removed.")
        return
    for name in names:
        require_known(store, name, deleted=for_good)
    _ask(names, yes, for_good, store)
    for name in names:
        if for_good:
            removed = remove_study(store, name)
            freed = f"; {_megabytes(removed.bytes)} are free again" if removed.bytes is not None else ""
            click.echo(f"{name} is removed{freed}.")
            if removed.versions:
                click.echo(f"With it these are gone from the model registry: {', '.join(removed.versions)}.")
        else:
            deleted = delete_study(store, name)
            click.echo(f"{name} is deleted. harness rename '{deleted}' {name} restores it, and")
            click.echo(f"harness delete --for-good '{deleted}' gives its disk space back.")
        if (reports / name).is_dir():
            click.echo(f"Its report in {reports / name} stays, with the tables that it is made from.")


def _ask(names: list[str], yes: bool, for_good: bool, store: Store) -> None:
    """Say what goes, and ask.

    Raises:
        UsageError: if nobody can be asked.
        click.exceptions.Exit: with 1, if the answer is no.
    """
    counts = {one.name: sum(one.counts.values()) for one in store.summaries()}
    counts |= {one.name: one.trials for one in store.deleted()}
    for name in names:
        size = store.size(name)
        files = f", {_megabytes(size)} of files" if size is not None else ""
        click.echo(f"{name}: {counts.get(name, 0)} trainings{files}", err=True)
    if yes:
        return
    if not _can_ask():
        raise UsageError("there is nobody to ask here. --yes deletes without a question.")
    what = "Remove this for good? Nothing restores it." if for_good else "Delete this? It can be restored."
    if not click.confirm(what, err=True):
        click.echo("nothing was deleted", err=True)
        raise click.exceptions.Exit(1)


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
