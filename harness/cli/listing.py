"""How `harness list` looks, and what it says for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from harness.cli.printing import console
from harness.cli.project import change_folder
from harness.errors import HarnessError
from harness.escaping import one_line
from harness.store import Store, StudySummary
from harness.study import Study, load_study


@dataclass(frozen=True)
class _Listed:
    """A study that has a file, is recorded, or both.

    Attributes:
        name: of the study.
        file: its study file, if there is one.
        study: what the file says; None without a file, or where it is wrong.
        error: what is wrong with the file.
        summary: what is recorded.
        report: its page, if there is one.
    """

    name: str
    file: Path | None
    study: Study | None
    error: str
    summary: StudySummary | None
    report: str

    @property
    def question(self) -> str:
        return self.study.question if self.study else self.summary.question if self.summary else ""


def show_studies(folder: Path, store: Store, reports: Path) -> None:
    """Print a table of the study files, and of studies in the store that have no file any more."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("study", "done", "report", "question"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("study", "report"))
    reported = False
    for one in _listed(folder, store, reports):
        if one.error:
            wrong = f"invalid: {one_line(one.error.splitlines()[0])}"
            table.add_row(one_line(one.name), "", "", wrong, style="red")
            continue
        reported = reported or bool(one.report)
        texts = (one.name, _done(one.summary, one.study), "yes" if one.report else "", one.question)
        table.add_row(*(one_line(text) for text in texts))
    out = console()
    if table.row_count:
        out.print(table)
        if reported:
            out.print(f"\nReports are at {reports / 'STUDY' / 'comparison.html'}")
    else:
        out.print(
            f"no study files in {folder}/, here or in a folder above, and nothing is recorded in {store.place}. "
            f"{change_folder()}"
        )


def print_studies(folder: Path, store: Store, reports: Path) -> None:
    """Print the same as JSON."""
    facts = {"store": store.place, "studies": [_facts(one) for one in _listed(folder, store, reports)]}
    click.echo(json.dumps(facts, indent=2))


def _listed(folder: Path, store: Store, reports: Path) -> Iterator[_Listed]:
    """Yield the studies that have files, by name, then those that are recorded alone."""
    known = {summary.name: summary for summary in store.summaries()}
    files = sorted(folder.glob("*.toml"))
    for path in files:
        study, error = None, ""
        try:
            study = load_study(path)
        except HarnessError as wrong:
            error = str(wrong)
        yield _Listed(path.stem, path, study, error, known.get(path.stem), _report(reports, path.stem))
    for name, summary in known.items():
        if name not in {path.stem for path in files}:
            yield _Listed(name, None, None, "", summary, _report(reports, name))


def _facts(one: _Listed) -> dict[str, Any]:
    asked = None
    if one.study is not None:
        design = one.study.design
        asked = {"trainings": one.study.trainings.trainings, "at_most": bool(design.adaptive or design.explores)}
    return {
        "name": one.name,
        "question": one.question,
        "file": str(one.file) if one.file else None,
        "error": one.error or None,
        "asked": asked,
        "done": one.summary.done if one.summary else 0,
        "trials": dict(one.summary.counts) if one.summary else {},
        "report": one.report or None,
    }


def _done(summary: StudySummary | None, study: Study | None) -> str:
    """Say how many trainings are done, and how many the file asks for: of an adaptive study, or a search, at most."""
    counts = summary.counts if summary else {}
    done, text = summary.done if summary else 0, ""
    if study is not None:
        total, open_ended = study.trainings.trainings, study.design.adaptive or study.design.explores
        text = f" of {total}{' at most' if open_ended else ''}" if done <= total else f", the file asks for {total}"
    text = f"{done}{text}"
    others = [f"{count} {kind}" for kind, count in counts.items() if kind in ("failed", "killed", "running")]
    return ", ".join([text, *others])


def _report(reports: Path, name: str) -> str:
    page = reports / name / "comparison.html"
    return str(page) if page.exists() else ""
