"""From one row a trial to a page that answers the study's question.

:func:`compare` computes what is shown; the modules `markdown`, `html`, `latex`, `export`, `figures` and `terminal`
draw it; :func:`write_report` puts the files beside each other and :func:`read_report` reads them back. Imports wait
until a function is called: pandas and matplotlib take long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from harness.findings.comparison import Between
    from harness.findings.report import Comparison
    from harness.findings.winner import Winner
    from harness.reports.files import ReportFiles
    from harness.study import Study

__all__ = ["choose_winner", "compare", "compare_two", "read_report", "render_run", "render_table", "write_report"]


def compare(study: Study, trials: pd.DataFrame, history: pd.DataFrame) -> Comparison:
    """Compute everything that a report shows.

    Args:
        study: what was asked.
        trials: a row a trial, with the columns of :data:`harness.trials.TRIAL_COLUMNS` and one for each
            varied dotted path; missing columns count as empty.
        history: a row an evaluation, with the columns of :data:`harness.trials.HISTORY_COLUMNS`.
    """
    from harness.findings.order import assemble

    return assemble(study, trials, history)


def compare_two(
    before: tuple[Study, pd.DataFrame, pd.DataFrame],
    after: tuple[Study, pd.DataFrame, pd.DataFrame],
    metrics: Sequence[str] = (),
    margins: Mapping[str, float] | None = None,
    non_inferior: bool = False,
) -> Between:
    """Compare the variants that two sets of results share, replicate by replicate: `harness compare` in Python.

    Args:
        before: study, trials and history, as :func:`read_report` and :func:`harness.load_results` return them.
        after: the same, after a change.
        metrics: names of metrics; by default those that the second study asks for.
        margins: metric -> difference that does not matter, in its unit; by default the second study's.
        non_inferior: ask only whether the second is not worse by the margin or more.

    Returns:
        The comparison; its ``outcome`` is "holds", "does not hold" or "undecided".

    Raises:
        UsageError: if they have no variant in common, or a margin is missing.
    """
    from harness.findings.comparison import Side, compare_between

    sides = Side(before[0].name, *before[:2]), Side(after[0].name, *after[:2])
    return compare_between(*sides, metrics=metrics, margins=margins or {}, non_inferior=non_inferior)


def choose_winner(comparison: Comparison, trials: pd.DataFrame, metric: str) -> Winner:
    """Choose the network that stands for a study; see :func:`harness.findings.winner.choose_winner`."""
    from harness.findings import winner

    return winner.choose_winner(comparison, trials, metric)


def write_report(
    study: Study,
    trials: pd.DataFrame,
    history: pd.DataFrame,
    folder: str | Path,
    store: str | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> ReportFiles:
    """Write comparison.md, .html, .csv and .tex, report.json, figures/*.svg and the two Parquet files.

    Every file appears whole or not at all; other files in the folder are left alone. The same arguments give the
    same bytes.

    Args:
        study: what was asked.
        trials: as in :func:`compare`.
        history: as in :func:`compare`.
        folder: where to write; made if it does not exist.
        store: the MLflow store that the trials were read from, for the page to name; by default what an earlier
            report of these trials named, else ``mlruns``.
        pictures: digest of a variant -> folder with pictures of what a network of it learned; a few are kept in the
            report and shown. Those that an earlier report kept are shown where there are no others.

    Raises:
        UsageError: if the folder cannot be written.
    """
    from harness.reports.files import write

    return write(study, trials, history, Path(folder), store, pictures or {})


def read_report(folder: str | Path) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    """Read the study, the trials and the history that a report was written from.

    Raises:
        UsageError: if the folder has no report.
        DataError: if a Parquet file is damaged or was not written by :func:`write_report`.
    """
    from harness.reports.files import read

    return read(Path(folder))


def render_table(comparison: Comparison, width: int) -> RenderableType:
    """Return the comparison for a terminal of ``width`` columns; the narrower, the fewer columns it has."""
    from harness.pages.terminal import render

    return render(comparison, width)


def render_run(
    study: Study,
    row: Mapping[str, Any],
    history: pd.DataFrame,
    places: Mapping[str, str],
    files: Sequence[Path],
    width: int,
) -> RenderableType:
    """Return one run for a terminal; see :func:`harness.pages.run.render_run`."""
    from harness.pages.run import render_run

    return render_run(study, row, history, places, files, width)
