"""`harness new`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import data_option, without_garbage_collection
from harness.cli.project import studies_folder
from harness.errors import UsageError, show_value

if TYPE_CHECKING:
    from harness.new import Wishes

_TEMPLATES = ("compare", "search", "cross-validate", "own-model", "own-images")


@click.command("new", epilog="Example: harness new strides --data mnist_5k --vary model.downsample=max_pool,stride")
@click.argument("name", required=False)
@click.option("--template", type=click.Choice(_TEMPLATES), help="What kind of study.  [default: compare]")
@click.option("--data", metavar="SET|FOLDER", help="An image set, or a folder of pictures.  [default: mnist_5k]")
@click.option(
    "--model", metavar="NETWORK",
    help="small (fits the images), a preset, or FILE.py:FUNCTION, a function of yours.  [default: small]",
)  # fmt: skip
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=LEVELS",
    help="What varies: model.downsample=max_pool,stride, say; repeatable.",
)
@click.option("--target", metavar="VALUE", help="Validation accuracy that ends a training, e.g. 0.95; or none.")
@click.option("--yes", is_flag=True, help="Ask nothing; take the default of what is not given.")
@data_option
def new_command(
    name: str | None,
    template: str | None,
    data: str | None,
    model: str | None,
    vary: tuple[str, ...],
    target: str | None,
    yes: bool,
    data_dir: Path | None,
) -> None:
    """Write a study file with comments: studies/NAME.toml. It is valid, and runs as it is.

    What is not given is asked for, where a person sits at the terminal.
    """
    without_garbage_collection()
    from harness.new import (
        TEMPLATES,
        Wishes,
        images_of,
        network_beside,
        parse_levels,
        place_of,
        seen_from,
        settle_wishes,
        write_study,
    )

    asks = not yes and _is_a_person_there()
    if name is None and not asks:
        raise UsageError("harness new needs a NAME for the study. E.g. harness new strides")
    given = {parsed[0]: parsed[1] for parsed in map(parse_levels, vary)}
    goal = _target(target)
    if template is None:
        template = _ask_template() if asks and not (data or model or vary) else "compare"
    kind = TEMPLATES[template]
    place = place_of(name or click.prompt("Name", default=template.replace("-", "_")), studies_folder())
    if kind.own_images and data is None and not asks:
        raise UsageError("--template own-images needs --data FOLDER, the folder of your pictures.")
    data = data or (_ask_data(kind.own_images) if asks else "mnist_5k")
    images = images_of(data, data_dir)
    network = network_beside(place) if kind.own_model and model is None else None
    if network is not None:
        model, given = f"{network.name}:residual", given or {"model.width": [8, 16]}
    else:
        model = seen_from(place, model or (_ask_model() if asks else "small"))
    wishes = settle_wishes(Wishes(place.stem, kind.design, images, model, given))
    if asks and not vary:
        wishes = _ask_vary(wishes)
    if asks and target is None and kind.design == "compare":
        goal = _target(click.prompt("Validation accuracy that ends a training, such as 0.95, or none", default="none"))
    study, files = write_study(place, replace(wishes, target=goal), network, data_dir)
    click.echo(f"{place}: {study.size}.")
    for file in files[1:]:
        click.echo(f"{file}: its network. Change it as you like.")
    called = study.name if place.parent == studies_folder() else str(place)
    click.echo(f"Next: harness run {called} --dry-run, then harness run {called}")


def _is_a_person_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask_template() -> str:
    from harness.new import TEMPLATES

    for number, (name, template) in enumerate(TEMPLATES.items(), start=1):
        click.echo(f"  {number}  {name:<15} {template.title}")
    names = list(TEMPLATES)
    choice = click.Choice([*(str(number + 1) for number in range(len(names))), *names])
    answer: str = click.prompt("What kind of study", default="1", type=choice, show_choices=False)
    return names[int(answer) - 1] if answer.isdigit() else answer


def _ask_data(own: bool) -> str:
    from harness.image_sets import BUILT_IN

    if own:
        return str(click.prompt("Folder of your pictures"))
    return str(click.prompt(f"Images: {', '.join(BUILT_IN)}, or a folder", default="mnist_5k"))


def _ask_model() -> str:
    from harness.presets import PRESETS

    names = ", ".join(PRESETS)
    return str(click.prompt(f"Network: small (fits the images), {names}, or FILE.py:FUNCTION", default="small"))


def _ask_vary(wishes: Wishes) -> Wishes:
    """Ask for one thing that varies; with the answer that is offered, all stays as it is."""
    from harness.new import parse_levels, settle_wishes, show_toml

    shown = "; ".join(f"{key}={show_toml(levels).strip('[]{} ')}" for key, levels in wishes.vary.items())
    answer = click.prompt("What varies, as KEY=LEVEL,LEVEL", default=shown.replace('"', ""))
    if answer == shown.replace('"', ""):
        return wishes
    key, levels = parse_levels(answer)
    return settle_wishes(replace(wishes, vary={key: levels}))


def _target(text: str | None) -> tuple[str, float] | None:
    """Read ``0.95``, ``METRIC=VALUE`` or ``none``."""
    if text is None or text.strip().lower() in ("none", ""):
        return None
    metric, _, value = text.rpartition("=")
    try:
        return metric or "val_accuracy", float(value)
    except ValueError:
        raise UsageError(
            f"--target must be a number such as 0.95, METRIC=VALUE, or none, got {show_value(text)}."
        ) from None
