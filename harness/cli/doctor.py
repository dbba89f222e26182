"""`harness doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import data_option, store_option

_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "red")}


@click.command("doctor", epilog="Example: harness doctor")
@data_option
@store_option
def doctor_command(data_dir: Path | None, store: Path) -> None:
    """Look at versions, devices, data and the store; exit code 1 if something must be put right."""
    from harness.doctor import examine

    problems = 0
    for finding in examine(store, data_dir):
        mark, colour = _MARKS[finding.state]
        problems += finding.state == "problem"
        click.echo(f"{finding.topic:<9} {click.style(f'{mark:<8}', fg=colour)} {finding.text}")
    if problems:
        raise click.exceptions.Exit(1)
