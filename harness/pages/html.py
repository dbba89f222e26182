"""comparison.html: one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from harness.escaping import shell
from harness.findings.answer.matrix import MatrixRow
from harness.findings.figures import ForestFigure, Plot
from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.trainings.figures import CurveFigure
from harness.pages.insight_pictures import Learned
from harness.pages.svg import inline
from harness.pages.svg.style import dark_rules
from harness.pages.templating import contents, environment

_FORESTS, _LINES = 2, 8
"""Forests, and lines of them all, that fit beside the verdicts."""


def to_html(report: Report, drawings: dict[str, str], learned: Sequence[Learned] = ()) -> str:
    """Return the page.

    Args:
        report: what is shown.
        drawings: name of each figure -> its SVG document.
        learned: pictures of what networks learned.
    """
    templates = environment(autoescape=True)
    templates.filters |= {
        "code": code,
        "small": small,
        "row_groups": row_groups,
        "breakable": breakable,
        "together": together,
        "anchor": anchor,
        "shell": shell,
    }
    script = f"\n{templates.get_template('comparison.js').render()}\n"
    figures: list[CurveFigure | Plot] = [*report.curves, *report.plots]
    drawn = {
        figure.name: Markup(inline(drawings[figure.name], f"f{place}", figure.description))  # noqa: S704  an SVG
        for place, figure in enumerate(figures)
    }
    drawn |= {
        one.confusion.name: Markup(inline(drawings[one.confusion.name], f"c{place}", one.confusion.description))  # noqa: S704
        for place, one in enumerate(learned)
        if one.confusion
    }
    given = contents(report, learned)
    first = first_figures(report)
    later = [(name, [plot for plot in plots if plot not in first]) for name, plots in given["chapters"]]
    return templates.get_template("comparison.html.j2").render(
        drawn=drawn,
        first=first,
        later=[(name, plots) for name, plots in later if plots],
        matrix=_matrix_rows(report, given["verdicts"]),
        dark_figures=Markup(dark_rules("figure svg")),  # noqa: S704  our own
        script=Markup(script),  # noqa: S704  our own
        script_hash=hash_of(script),
        **given,
    )


def first_figures(report: Report) -> list[CurveFigure | Plot]:
    """Return what stands beside the verdicts on the first screen: the first forests, else the first figure.

    There are several where they are of few variants, so that all can be seen at once.
    """
    forests = [plot for plot in report.plots if isinstance(plot, ForestFigure)]
    if not forests:
        return [*report.plots, *report.curves][:1]
    shown: list[CurveFigure | Plot] = []
    for forest in forests[:_FORESTS]:
        if shown and (forest.chapter != forests[0].chapter or len(forest.estimates) * (len(shown) + 1) > _LINES):
            break
        shown.append(forest)
    return shown


def _matrix_rows(report: Report, shown: Table | None) -> list[MatrixRow]:
    if report.matrix is None or shown is None:
        return []
    labels = {row[0] for row in shown.rows}
    return [row for row in report.matrix.rows if row.label in labels]


def hash_of(script: str) -> str:
    """Return what tells a browser the one script that a page may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}"


def small(text: str) -> Markup:
    """Return ``98.76 (98.67 to 98.84)`` with what is in the brackets below, and small."""
    head, bracket, rest = text.partition(" (")
    if not bracket or not rest.endswith(")"):
        return escape(text)
    return Markup("{} <small>{}</small>").format(head, rest[:-1])


def breakable(markup: Markup) -> Markup:
    """Let a label wrap before its equals signs rather than within a word: a value stays with its sign."""
    return Markup(str(escape(markup)).replace("=", "<wbr>="))  # noqa: S704  escaped


def together(text: str) -> str:
    """Keep a number and its per cent sign, and the parts of ``p = 0.25``, on one line."""
    return re.sub(r"(\d) %", "\\1\u00a0%", text).replace("p = ", "p\u00a0=\u00a0").replace("p < ", "p\u00a0<\u00a0")


def anchor(heading: str) -> str:
    """Return the id of a heading that links of the page lead to: ``Learning curves`` has ``learning-curves``."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def row_groups(table: Table) -> list[tuple[str, list[tuple[str, ...]], bool]]:
    """Return (name, rows without their first cell, whether faint) for each run of rows with the same name."""
    groups: list[tuple[str, list[tuple[str, ...]], bool]] = []
    for row, faint in zip(table.rows, table.faint, strict=True):
        if not groups or groups[-1][0] != row[0]:
            groups.append((row[0], [], faint))
        groups[-1][1].append(row[1:])
    return groups


def code(text: str) -> Markup:
    """Return text with `backquoted` parts as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped
