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
    from harness.image_sets import IMAGE_SETS

    for name, image_set in IMAGE_SETS.items():
        facts = image_set.facts
        if facts is None:
            continue
        location = image_set.locate(data_dir)
        where = str(location.folder) if location else "not here; `harness data fetch " + name + "` downloads it"
        shape = "x".join(map(str, facts.image_shape))
        click.echo(f"{name:<14} {facts.train_images:>6,} + {facts.test_images:>6,} test images  {shape:<8}  {where}")


@data_command.command("fetch", epilog="Example: harness data fetch mnist fashion_mnist")
@_sets
@data_option
def fetch_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Download image sets that are not here yet (all by default), verified."""
    from harness.image_sets import BUILT_IN, built_in

    for name in sets or BUILT_IN:
        click.echo(f"{name}: {built_in(name).fetch(data_dir).folder}")


@data_command.command("verify", epilog="Example: harness data verify mnist")
@_sets
@data_option
def verify_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Check the contents of image sets, or of folders with IDX files, against their SHA-256."""
    from harness.image_sets import BUILT_IN, built_in, verify

    problems: list[str] = []
    for name in sets or [known for known in BUILT_IN if built_in(known).locate(data_dir)]:
        for check in verify(name, data_dir):
            click.echo(f"{'ok' if check.problem is None else 'BAD':<4} {check.sha256 or '-':<64}  {check.file}")
            if check.problem is not None:
                problems.append(check.problem)
    if problems:
        raise DataError("\n".join(problems))
