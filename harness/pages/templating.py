"""The templates' environment, and what both pages are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import jinja2

from harness.findings.figures import Plot
from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, matrix_table, results_table
from harness.metrics import counted
from harness.pages.insight_pictures import Learned

_Cell = TypeVar("_Cell")
UI = "http://127.0.0.1:5000"
"""Where `harness ui` serves unless it is told otherwise."""
MOST_RUNS = 200
"""Runs listed on a page; trials.parquet has all of them."""


def environment(autoescape: bool) -> jinja2.Environment:
    """Return an environment over harness/pages/templates that fails on an unknown name."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("harness.pages"),
        autoescape=autoescape,  # noqa: S701  off for Markdown and LaTeX, which escape in their own ways
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _chapters(report: Report) -> list[tuple[str, list[Plot]]]:
    """Return the further figures by the headings that they stand under, in order."""
    chapters: dict[str, list[Plot]] = {}
    for figure in report.plots:
        chapters.setdefault(figure.chapter, []).append(figure)
    return list(chapters.items())


def contents(report: Report, learned: Sequence[Learned]) -> dict[str, Any]:
    """Return the names that a template may use."""
    tables = [results_table(report), _verdict_second(contrasts_table(report))]
    if report.search:
        tables.reverse()  # claims before what was only explored
    left = len(report.runs) - MOST_RUNS
    return {
        "report": report,
        "verdicts": matrix_table(report),
        "tables": [table for table in tables if table],
        "runs": report.runs[:MOST_RUNS],
        "ui": UI,
        "chapters": _chapters(report),
        "learned": learned,
        "more_runs": f"{counted(left, 'more run')} in trials.parquet." if left > 0 else "",
    }


def _verdict_second(table: Table | None) -> Table | None:
    """Put the verdict beside the variant: on a narrow screen what comes later is not seen."""
    if table is None or "verdict" not in table.headings:
        return table
    place = table.headings.index("verdict")

    def moved(cells: tuple[_Cell, ...]) -> tuple[_Cell, ...]:
        return (cells[0], cells[place], *cells[1:place], *cells[place + 1 :])

    rows = tuple(moved(row) for row in table.rows)
    return replace(table, headings=moved(table.headings), numeric=moved(table.numeric), rows=rows)
