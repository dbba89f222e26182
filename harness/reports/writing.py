"""A report on disk: computed, drawn, and put in its place whole."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.errors import UsageError
from harness.findings.facts import Facts, facts_of
from harness.findings.order import report_of
from harness.findings.report import Report
from harness.pages.files import files_of, replaced
from harness.pages.insight_pictures import learned, side_by_side
from harness.reports.index import write_index
from harness.reports.reading import STORE
from harness.study import Study
from harness.trials import keep_left_out
from harness.trials.parquet import HISTORY_FILE, TRIALS_FILE, write_tables


@dataclass(frozen=True)
class ReportFiles:
    """Where a report is.

    Attributes:
        folder: its folder.
        markdown: comparison.md.
        html: comparison.html.
        csv: comparison.csv, a row a variant.
        tidy: tidy.csv, a row a variant and metric.
        latex: comparison.tex.
        json: report.json.
        figures: SVG files.
        trials: trials.parquet.
        history: history.parquet.
        report: what the files show.
    """

    folder: Path
    markdown: Path
    html: Path
    csv: Path
    tidy: Path
    latex: Path
    json: Path
    figures: tuple[Path, ...]
    trials: Path
    history: Path
    report: Report


def write_report(
    study: Study,
    trials: pd.DataFrame,
    history: pd.DataFrame,
    folder: str | Path,
    store: str | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> ReportFiles:
    """Write comparison.md, .html, .csv and .tex, tidy.csv, report.json, figures/*.svg and the two Parquet files.

    Every file appears whole or not at all; other files in the folder are left alone. The same arguments give the
    same bytes. Where its folder lies among other reports their index.html is written, too.

    Args:
        study: what was asked.
        trials: a row a trial, as :func:`harness.load_results` returns them.
        history: a row an evaluation, likewise.
        folder: where to write; made if it does not exist.
        store: the MLflow store that the trials were read from, for the page to name; by default what an earlier
            report of these trials named, else ``mlruns``.
        pictures: digest of a variant -> folder with pictures of what a network of it learned; a few are kept in the
            report and shown. Those that an earlier report kept are shown where there are no others.

    Raises:
        UsageError: if the folder cannot be written.
    """
    folder = Path(folder)
    store = store or str(trials.attrs.get("store", STORE))
    facts = facts_of(study, trials, history)
    report = report_of(facts, store)
    pages = files_of(report, learned(side_by_side(report), folder, pictures or {}))
    try:
        with replaced(folder) as beside:
            write_tables(beside, _kept_trials(facts, store), facts.history)
            for file, content in pages.items():
                (beside / file).parent.mkdir(parents=True, exist_ok=True)
                (beside / file).write_bytes(content)
            _keep_before(folder, beside, facts)
        write_index(folder.absolute().parent)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"{folder}: the report cannot be written: {why}. Name another folder.") from None
    return ReportFiles(
        folder=folder,
        markdown=folder / "comparison.md",
        html=folder / "comparison.html",
        csv=folder / "comparison.csv",
        tidy=folder / "tidy.csv",
        latex=folder / "comparison.tex",
        json=folder / "report.json",
        figures=tuple(folder / file for file in pages if file.startswith("figures/")),
        trials=folder / TRIALS_FILE,
        history=folder / HISTORY_FILE,
        report=report,
    )


def _kept_trials(facts: Facts, store: str) -> pd.DataFrame:
    """Return the trials with what it takes to read them back: their study, the store, and what was left out."""
    study, kept = facts.study, facts.trials.copy()
    kept.attrs = {
        "study": {
            "name": study.name,
            "source": study.source.as_posix() if study.source else None,
            "given": study.given,
            "text": study.text,
            **({"code": study.code} if study.code else {}),
            "asked": [one.as_json() for one in facts.asked],
        },
        "store": store,
    }
    keep_left_out(kept, facts.left_out)
    return kept


def _keep_before(folder: Path, beside: Path, facts: Facts) -> None:
    """Where trials had to be left out, keep the tables that still have them, beside those that have not."""
    if not facts.left_out:
        return
    try:
        before = set(pd.read_parquet(folder / TRIALS_FILE, columns=["run_id"])["run_id"].astype(str))
    except Exception:  # there is none that can be read
        before = set()
    if before - set(facts.trials["run_id"]):
        for name in ("trials", "history"):
            number = next(n for n in itertools.count(1) if not (folder / f"{name}.before-{n}.parquet").exists())
            shutil.copyfile(
                folder / f"{name}.parquet", beside / f"{name}.before-{number}.parquet", follow_symlinks=False
            )
