"""`harness validate`, `harness list` and `harness schema`: study files, nothing trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_setting, complete_study
from harness.cli.options import (
    data_option,
    reports_option,
    store_option,
    study_file,
    without_garbage_collection,
)
from harness.cli.project import change_folder, studies_folder
from harness.errors import HarnessError, MissingImages, StudyError, UsageError

if TYPE_CHECKING:
    from harness.store import Store


@click.command("validate", epilog="Example: harness validate studies/quickstart.toml")
@click.argument("studies", nargs=-1, shell_complete=complete_study)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", shell_complete=complete_setting,
    help="Change a setting first; repeatable.",
)  # fmt: skip
@data_option
def validate_command(studies: tuple[str, ...], overrides: tuple[str, ...], data_dir: Path | None) -> None:
    """Check study files (all in studies/ by default). Networks of your own are built once; nothing is created.

    Images of one's own that are not on this machine are a fault of a study that is named, and none of others.
    """
    without_garbage_collection()
    from harness.data import image_facts, shape_and_classes
    from harness.rehearsal import rehearse, say_uncounted
    from harness.study import cautions, check_variants, load_study

    paths = [study_file(study) for study in studies] or sorted(studies_folder().glob("*.toml"))
    if not paths:
        raise UsageError(f"{studies_folder()}/: no study files, here or in a folder above. {change_folder()}")
    problems: list[str] = []
    for path in paths:
        try:
            study = load_study(path, overrides)
            try:
                check_variants(study, lambda data: image_facts(data, data_dir))
                built = rehearse(study, lambda data: shape_and_classes(data, data_dir))
            except MissingImages as error:
                if studies:
                    raise StudyError(f"{path}: {error}") from None
                click.echo(f"{path}: ok, {study.size}; its images are not here, and were not looked at")
                continue
            except HarnessError as error:
                raise StudyError(f"{path}: {error}") from None
        except HarnessError as error:
            problems.append(str(error))
        else:
            click.echo(f"{path}: ok, {study.size}")
            for sentence in dict.fromkeys(say_uncounted(one.uncounted) for one in built.values() if one.uncounted):
                click.echo(f"{path}: {sentence}")
            for sentence in cautions(study):
                click.echo(f"{path}: warning: {sentence}", err=True)
    if problems:
        raise StudyError("\n".join(problems))


@click.command(
    "list", short_help="List the studies, how far each is, and where its report is.", epilog="Example: harness list"
)
@click.option("--json", "as_json", is_flag=True, help="The same, and what is recorded of each, as JSON.")
@store_option
@reports_option
def list_command(as_json: bool, store: Store, reports: Path) -> None:
    """List the studies, how far each one is, and whether it has a report."""
    without_garbage_collection()
    from harness.cli.listing import print_studies, show_studies

    (print_studies if as_json else show_studies)(studies_folder(), store, reports)


@click.command(
    "schema", short_help="Print the JSON Schema of study files.", epilog="Example: harness schema > study.schema.json"
)
@click.option("--report", is_flag=True, help="The schema of report.json instead.")
def schema_command(report: bool) -> None:
    """Print the JSON Schema of study files: every key, its type, range, default and meaning."""
    if report:
        from harness.pages.export import json_schema

        click.echo(json.dumps(json_schema(), indent=2))
        return
    from harness.study import schema_text

    click.echo(schema_text(), nl=False)
