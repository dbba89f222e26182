"""`harness data`: where image sets are, fetching and verifying them."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import data_option
from harness.errors import DataError, UsageError, printable

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
        fetched = f"not here; `harness data fetch {name}` downloads it, {facts.download} MB"
        where = str(location.folder) if location else fetched
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


@data_command.command(
    "clear", short_help="Remove decoded images; the next run decodes them again.", epilog="Example: harness data clear"
)
def clear_decoded() -> None:
    """Remove decoded images, your own and of archives; the next run decodes them again."""
    from harness.image_sets import clear, decoded_folder

    click.echo(f"{clear() / 1e6:,.1f} MB removed from {decoded_folder()}")


@data_command.command(
    "fetch",
    short_help="Download image sets, or say which are missing and their sizes.",
    epilog="Example: harness data fetch mnist fashion_mnist",
)
@_sets
@click.option("--all", "every", is_flag=True, help="All sets that there are.")
@data_option
def fetch_sets(sets: tuple[str, ...], every: bool, data_dir: Path | None) -> None:
    """Download the image sets SET that are not here yet, verified; without SET, say which those are and their sizes."""
    from harness.image_sets import BUILT_IN, built_in

    names = [*sets, *(BUILT_IN if every else ())]
    if not names:
        raise UsageError(_missing_sets(data_dir))
    for name in dict.fromkeys(names):
        image_set = built_in(name)
        if image_set.facts and image_set.locate(data_dir) is None:
            click.echo(f"{name}: downloading about {image_set.facts.download} MB ...", err=True)
        click.echo(f"{name}: {image_set.fetch(data_dir).folder}")


def _missing_sets(data_dir: Path | None) -> str:
    """Return what is said to who names no set: what is missing, and how much it would be."""
    from harness.image_sets import BUILT_IN, built_in

    missing = {name: built_in(name).facts for name in BUILT_IN if built_in(name).locate(data_dir) is None}
    sizes = {facts.origin: facts.download for facts in missing.values() if facts}  # two sets may be of one archive
    if not missing:
        return "name the image sets to download. All there are, are here: harness data list"
    lines = [f"  {name:<15} {facts.download:>5} MB" for name, facts in missing.items() if facts]
    first = f"name the image sets to download, or give --all for {sum(sizes.values())} MB. Not here yet:"
    return "\n".join([first, *lines])


@data_command.command(
    "verify",
    short_help="Check image sets against their SHA-256.",
    epilog="Example: harness data verify mnist pictures/",
)
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
