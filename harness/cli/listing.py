"""How `harness list` looks."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness.errors import HarnessError
from harness.escaping import one_line
from harness.store import Store, StudySummary
from harness.study import Study, load_study


def show_studies(folder: Path, store: Store, reports: Path) -> None:
    """Print a table of the study files, and of studies in the store that have no file any more."""
    known = {summary.name: summary for summary in store.summaries()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("study", "question", "done", "report"):
        table.add_column(heading, overflow="fold", ratio=3 if heading == "question" else None)
    files = sorted(folder.glob("*.toml"))
    for path in files:
        try:
            study = load_study(path)
        except HarnessError as error:
            table.add_row(one_line(path.stem), f"invalid: {one_line(str(error).splitlines()[0])}", "", "", style="red")
            continue
        done = _done(known.get(study.name), study)
        table.add_row(study.name, one_line(study.question), done, _report(reports, study.name))
    for name, summary in known.items():
        if name not in {path.stem for path in files}:
            texts = (name, summary.question, _done(summary, None), _report(reports, name))
            table.add_row(*(one_line(text) for text in texts))
    console = Console(markup=False, emoji=False, highlight=False)
    if table.row_count:
        console.print(table)
    else:
        console.print(f"no study files in {folder}/")


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
