"""`harness data`: where image sets are, fetching and verifying them."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import data_option
from harness.errors import DataError

_sets = click.argument("sets", nargs=-1, metavar="[SET]...")


@click.group("data")
def data_command() -> None:
    """List, fetch and verify image sets."""


@data_command.command("list", epilog="Example: harness data list")
@data_option
def list_sets(data_dir: Path | None) -> None:
    """Show each image set and where it was found. Nothing is downloaded."""
    from harness.data import locate
    from harness.study import IMAGE_SETS

    for name, facts in IMAGE_SETS.items():
        location = locate(name, data_dir)
        where = str(location.folder) if location else "not here; `harness data fetch " + name + "` downloads it"
        shape = "x".join(map(str, facts.image_shape))
        click.echo(f"{name:<14} {facts.train_images:>6,} + {facts.test_images:>6,} test images  {shape:<8}  {where}")


@data_command.command("fetch", epilog="Example: harness data fetch mnist fashion_mnist")
@_sets
@data_option
def fetch_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Download image sets that are not here yet (all by default), verified."""
    from harness.data import fetch
    from harness.study import IMAGE_SETS

    for name in sets or IMAGE_SETS:
        click.echo(f"{name}: {fetch(name, data_dir).folder}")


@data_command.command("verify", epilog="Example: harness data verify mnist")
@_sets
@data_option
def verify_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Check the contents of image sets, or of folders with IDX files, against their SHA-256."""
    from harness.data import locate, verify
    from harness.study import IMAGE_SETS

    problems: list[str] = []
    for name in sets or [known for known in IMAGE_SETS if locate(known, data_dir)]:
        for check in verify(name, data_dir):
            click.echo(f"{'ok' if check.problem is None else 'BAD':<4} {check.sha256 or '-':<64}  {check.file}")
            if check.problem is not None:
                problems.append(check.problem)
    if problems:
        raise DataError("\n".join(problems))
