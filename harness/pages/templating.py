"""The templates' environment, and what both pages are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jinja2

from harness.findings.figures import Picture
from harness.findings.report import Comparison
from harness.findings.tables import contrasts_table, results_table
from harness.findings.wording import counted
from harness.pages.insight_pictures import Learned

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


def _chapters(comparison: Comparison) -> list[tuple[str, list[Picture]]]:
    """Return the further figures by the headings that they stand under, in order."""
    chapters: dict[str, list[Picture]] = {}
    for figure in comparison.plots:
        chapters.setdefault(figure.chapter, []).append(figure)
    return list(chapters.items())


def contents(comparison: Comparison, learned: Sequence[Learned]) -> dict[str, Any]:
    """Return the names that a template may use."""
    tables = [results_table(comparison), contrasts_table(comparison)]
    if comparison.search:
        tables.reverse()  # claims before what was only explored
    left = len(comparison.runs) - MOST_RUNS
    return {
        "comparison": comparison,
        "tables": [table for table in tables if table],
        "runs": comparison.runs[:MOST_RUNS],
        "ui": UI,
        "chapters": _chapters(comparison),
        "learned": learned,
        "more_runs": f"{counted(left, 'more run')} in trials.parquet." if left > 0 else "",
    }
