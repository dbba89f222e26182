"""`harness show` and `harness report`: what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_shown, complete_study
from harness.cli.options import reports_option, store_option
from harness.cli.printing import console, working
from harness.errors import UsageError, not_found
from harness.escaping import markdown

if TYPE_CHECKING:
    from harness.findings.report import Report
    from harness.results import Results
    from harness.store import Store

_VERDICTS = 12
"""Variants whose verdicts the study's run in MLflow shows; its report has all."""


@click.command(
    "show",
    short_help="Print the comparison of a study, or a run and its curves.",
    epilog="Example: harness show quickstart#7",
)
@click.argument("what", metavar="STUDY|RUN", shell_complete=complete_shown)
@store_option
@reports_option
def show_command(what: str, store: Store, reports: Path) -> None:
    """Print the comparison of STUDY, or what RUN is, its metrics and its learning curve.

    STUDY is a study's name or file, or a report's folder. RUN is STUDY#NUMBER, a run's id or the beginning of it, or
    its name in the MLflow UI.
    """
    if not _is_study(what, store, reports) and store.exists() and ("#" in what or store.is_run(what)):
        _print_run(what, store)
        return
    from harness.reports import report

    try:
        results = read_results(what, store, reports)
    except UsageError as error:
        if not store.exists():
            raise
        raise UsageError(f"{error} Nor is it a run: those are named STUDY#NUMBER, or by their id or name.") from None
    _print(report(*results))


def _is_study(text: str, store: Store, reports: Path) -> bool:
    """Whether a study, its file or its report has this name, so that a run with the same name is not meant."""
    if text.endswith(".toml") or any((folder / "trials.parquet").exists() for folder in (Path(text), reports / text)):
        return True
    return text in {summary.name for summary in store.summaries()}


def _print_run(text: str, store: Store) -> None:
    from harness.findings.run import run_report_of
    from harness.pages.terminal_run import render_run
    from harness.results import load_run

    found = load_run(text, store)
    out = console()
    places = {"name": found.run.name, "folder": _shortest(Path(found.run.artifacts))}
    if found.model is not None:
        places["model"] = _shortest(found.model)
    out.print(render_run(run_report_of(found.study, found.row, found.history), places, found.files, out.width))


def _shortest(folder: Path) -> str:
    """Return a folder as seen from here, if it lies below."""
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)


@click.command("report", epilog="Example: harness report reports/quickstart")
@click.argument("studies", nargs=-1, shell_complete=complete_study, metavar="[STUDY]...")
@click.option("--all", "every", is_flag=True, help="Rebuild every report in the reports folder.")
@store_option
@reports_option
def report_command(studies: tuple[str, ...], every: bool, store: Store, reports: Path) -> None:
    """Build the report of each STUDY again; nothing is trained.

    A study's name or file takes what is in the MLflow store; the folder of a report takes the Parquet files in it, and
    needs no store.
    """
    if every:
        studies = (*studies, *(str(path.parent) for path in sorted(reports.glob("*/trials.parquet"))))
    if not studies:
        raise UsageError("name a study or a report's folder, or give --all. E.g. harness report reports/quickstart")
    for study in studies:
        if (Path(study) / "trials.parquet").exists():
            from harness.reports.reading import read_report
            from harness.reports.writing import write_report

            with working(f"{study}: writing the report"):
                write_report(*read_report(Path(study)), Path(study))
            click.echo(f"{study}: rebuilt from the Parquet files in it")
        else:
            if "/" in study and not study.endswith(".toml"):
                why = "no report here (no trials.parquet). Name a study, or a report's folder"
                raise UsageError(f"{study}: {why if Path(study).exists() else not_found(study)}.")
            report_study(Path(study).stem if study.endswith(".toml") else study, store, reports)
    if every:
        from harness.reports.index import write_index

        if index := write_index(reports, always=True):
            click.echo(f"{index}: lists all reports")


def report_study(name: str, store: Store, reports: Path, register: bool = False) -> None:
    """Write a study's report from the store, attach it to the study's run, print the table and where things are.

    Args:
        name: of the study.
        store: where the study is recorded.
        reports: folder of the reports.
        register: also register the model of the study's winner.
    """
    from harness.findings.tables import matrix_table
    from harness.pages.markdown import roomy_table
    from harness.reports.writing import write_report
    from harness.results import load_results

    folder = reports / name
    with working("writing the report"):
        results = load_results(name, store)
        files = write_report(*results, folder, store.place, store.pictures(name))
    _print(files.report)
    click.echo(f"\nReport:    {folder / 'comparison.html'}")
    verdicts = matrix_table(files.report, _VERDICTS)
    try:
        with working("putting it beside the study's run"):
            store.attach_report(name, folder, files.report.headline, roomy_table(verdicts) if verdicts else "")
    except UsageError as error:  # a store that is there to be read
        click.echo(f"The report is not put beside the study's run in MLflow: {error}", err=True)
    if register:
        _register(results, files.report, store)


def _register(results: Results, report: Report, store: Store) -> None:
    """Register the model of a study's winner; say which one it is and how to load it."""
    from harness.findings.winner import choose_winner

    study = results.study
    winner = choose_winner(report, results.trials, study.metrics[0])
    about = f"**{markdown(study.question)}**\n\n{markdown(report.headline)}"
    with working("registering the model"):
        made = store.register(study.name, winner.run_id, about, winner.why)
    click.echo(f"\nModel:     {study.name} version {made.version}, of trial {winner.trial}. {winner.why}")
    click.echo(
        f'           mlflow.keras.load_model("{made.uri}") loads it, with MLFLOW_TRACKING_URI={made.tracking_uri}'
    )


def read_results(study: str, store: Store, reports: Path) -> Results:
    """Return what is known of a study: of a report's folder, a study's name or file, or STORE:STUDY.

    Raises:
        UsageError: if there is no such study.
    """
    from harness.reports.reading import read_report
    from harness.results import Results, load_results

    name = Path(study).stem if study.endswith(".toml") else study
    if (Path(study) / "trials.parquet").exists():
        return Results(*read_report(study))
    elsewhere, colon, inside = study.rpartition(":")
    known = [summary.name for summary in store.summaries()]
    if colon and study not in known:
        if inside.startswith("//"):  # nothing but an address
            raise UsageError(f"{study}: {not_found(study)}.")
        from harness.store import open_store

        there = open_store(elsewhere)
        if not Path(elsewhere).is_dir() and not there.exists():
            raise UsageError(f"{study}: {elsewhere} is no folder. Name a study in another store by STORE:STUDY.")
        return load_results(inside, there)
    if name not in known and (reports / name / "trials.parquet").exists():
        return Results(*read_report(reports / name))
    if name not in known and Path(study).is_dir():
        raise UsageError(f"{study}: no report here (no trials.parquet), and no study of this name in {store.place}.")
    return load_results(name, store)


def _print(report: Report) -> None:
    from harness.pages.terminal import render

    out = console()
    out.print(render(report, out.width))
