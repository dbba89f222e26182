"""`harness doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import data_option, reports_option, store_option
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.doctor import Observation
    from harness.store import Store

_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "red")}


@click.command(
    "doctor",
    short_help="Look at versions, devices, data and the store; mend them.",
    epilog="Example: harness doctor --repair",
)
@click.option(
    "--repair", is_flag=True, help="Mend what can be mended: what crashes left, moved stores, Optuna's storage."
)
@data_option
@store_option
@reports_option
def doctor_command(repair: bool, data_dir: Path | None, store: Store, reports: Path) -> None:
    """Look at versions, devices, data and the store; exit code 1 if something must be put right.

    Looking changes nothing. With --repair what can be mended is, and no training is lost or done; exit code 1 then says
    that something is left.
    """
    from harness.doctor import examine

    problems = 0
    for seen in examine(store, data_dir, reports):
        mark, colour = _MARKS[seen.state]
        problems += seen.state == "problem"
        click.echo(f"{seen.topic:<9} {click.style(f'{mark:<8}', fg=colour)} {seen.text}")
        if repair and seen.mend is not None:
            problems -= _mended(seen)
    if problems:
        raise click.exceptions.Exit(1)


def _mended(seen: Observation) -> bool:
    """Mend what was found, and say how; whether that could be done."""
    assert seen.mend is not None, seen
    try:
        click.echo(f"{seen.topic:<9} {click.style('mended  ', fg='green')} {seen.mend()}")
    except HarnessError as error:
        click.echo(f"{seen.topic:<9} {click.style('FAILED  ', fg='red')} {error}")
        return False
    return True
