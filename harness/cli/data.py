"""`harness data`: where image sets are, fetching and verifying them."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import data_option
from harness.errors import DataError, printable

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
        click.echo(f"{name:<15} {facts.train_images:>7,} + {facts.test_images:>6,} test images  {shape:<8}  {where}")

    _list_decoded()


def _list_decoded() -> None:
    """Show the images that were decoded, and how much room they take."""
    from harness.image_sets import decoded_folder, kept_sets

    kept = kept_sets()
    if kept:
        click.echo(f"\nDecoded images, in {decoded_folder()} (`harness data clear` removes them):")
    for each in kept:
        click.echo(f"{each.bytes / 1e6:>10,.1f} MB  {each.images:>7,} images  {printable(each.source)}")


@data_command.command("clear", epilog="Example: harness data clear")
def clear_decoded() -> None:
    """Remove decoded images, your own and of archives; the next run decodes them again."""
    from harness.image_sets import clear, decoded_folder

    click.echo(f"{clear() / 1e6:,.1f} MB removed from {decoded_folder()}")


@data_command.command("fetch", epilog="Example: harness data fetch mnist fashion_mnist")
@_sets
@data_option
def fetch_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Download image sets that are not here yet (all by default), verified."""
    from harness.image_sets import BUILT_IN, built_in

    for name in sets or BUILT_IN:
        click.echo(f"{name}: {built_in(name).fetch(data_dir).folder}")


@data_command.command("verify", epilog="Example: harness data verify mnist pictures/")
@_sets
@data_option
def verify_sets(sets: tuple[str, ...], data_dir: Path | None) -> None:
    """Check the contents of image sets against their SHA-256; of your own images, that all can be read."""
    from harness.image_sets import BUILT_IN, built_in, verify

    problems: list[str] = []
    for name in sets or [known for known in BUILT_IN if built_in(known).locate(data_dir)]:
        for check in verify(name, data_dir):
            click.echo(f"{'ok' if check.problem is None else 'BAD':<4} {check.sha256 or '-':<64}  {check.file}")
            if check.problem is not None:
                problems.append(check.problem)
    if problems:
        raise DataError("\n".join(problems))
