"""The report in a terminal: what `harness show` and the end of `harness run` print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.findings.answer.matrix import Cell
from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, matrix_table, results_table
from harness.findings.wording import ON_NEW_IMAGES
from harness.pages.terminal_table import draw_table, fits, short_metric


def render(report: Report, width: int, limit: int = 20) -> RenderableType:
    """Return question and answer, all verdicts at a glance, the two tables and the remarks.

    Args:
        report: what is shown.
        width: columns of the terminal. Where they are too few, costs are left out, then intervals on new images, then
            intervals of means; details of the contrasts, then their p-values.
        limit: rows at most.
    """
    without_costs = results_table(report, limit, costs=False)
    one_interval = _without(without_costs, ON_NEW_IMAGES)
    results = (results_table(report, limit), without_costs, one_interval, _without_intervals(one_interval))
    answer, *others = report.sentences
    parts: list[RenderableType] = [Text(report.question), Text(answer, style="bold"), *map(Text, others)]
    if glance := _at_a_glance(report, width, limit):
        parts += [Text(), draw_table(glance, width)]
    parts += [Text(), draw_table(_fullest(results, width), width)]
    if contrasts := contrasts_table(report, limit):
        parts += [Text(), draw_contrasts(contrasts, width)]
    else:  # of a screening: its effects are the answer
        for section in report.sections:
            if "effect of" in section.table.headings:
                narrower = _shorter(_verdict_first(_without(section.table, "kind", "replicates")))
                choices = (_verdict_first(section.table), *narrower[1:], _without(narrower[-1], "aliased with"))
                parts += [Text(), draw_table(_fullest(choices, width), width)]
    parts += [Padding(Text(remark, style="dim"), (0, 0, 0, 2), expand=False) for remark in report.remarks]
    return Group(*parts)


def draw_contrasts(table: Table, width: int) -> RenderableType:
    """Draw comparisons, the verdict right after what it is of, with as much besides as there is room for.

    Args:
        table: with the columns of :func:`harness.findings.tables.contrasts_table`, or more.
        width: columns of the terminal.
    """
    return draw_table(_fullest(_shorter(_verdict_first(table)), width), width)


def _shorter(contrasts: Table) -> tuple[Table, ...]:
    """Return contrasts whole, then without details, then without p-values."""
    narrow = _narrow(contrasts)
    return contrasts, narrow, _without(narrow, "p (Holm)")


def _fullest(tables: Sequence[Table], width: int) -> Table:
    """Return the first table that fits beside its labels, else the first that does below them, else the last."""
    beside = (one for one in tables if fits(one, width))
    below = (one for one in tables if fits(one, width, stacked=True))
    return next(beside, None) or next(below, tables[-1])


def _at_a_glance(report: Report, width: int, limit: int) -> Table | None:
    """Return the verdicts, a column a metric, with as much of each as there is room for; None for one metric alone."""
    table, matrix = matrix_table(report, limit), report.matrix
    if table is None or matrix is None or len(matrix.metrics) < 2:
        return None
    cells = {row.label: row.cells for row in matrix.rows}

    def said(say: Callable[[Cell], str]) -> Table:
        rows = tuple((row[0], *map(say, cells[row[0]])) for row in table.rows)
        return replace(table, headings=("variant", *map(short_metric, matrix.headings)), rows=rows)

    sized = said(lambda cell: " ".join(filter(None, [cell.verdict, cell.size])))
    return _fullest((said(lambda cell: cell.text), sized, said(lambda cell: cell.verdict)), width)


def _without_intervals(table: Table) -> Table:
    rows = tuple((row[0], *(cell.split(" (")[0] for cell in row[1:])) for row in table.rows)
    return replace(table, rows=rows, caption=table.caption.replace(" with 95 % intervals", ""))


def _narrow(table: Table) -> Table:
    """Contrasts without what the page has besides, and with short names of metrics."""
    table = _without(table, ON_NEW_IMAGES, "pairs", "effect size", "p")
    return replace(table, rows=tuple(tuple(map(short_metric, row)) for row in table.rows))


def _verdict_first(table: Table) -> Table:
    """Return contrasts with the verdict right after what it is of: what is read first is never at the edge."""
    verdict, after = table.headings.index("verdict"), table.headings.index("metric") + 1
    order = [place for place in range(len(table.headings)) if place != verdict]
    order.insert(after, verdict)

    def of(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(row[place] for place in order)

    return replace(table, headings=of(table.headings), numeric=of(table.numeric), rows=tuple(map(of, table.rows)))


def _without(table: Table, *dropped: str) -> Table:
    """Return a table without some of its columns."""
    kept = [place for place, heading in enumerate(table.headings) if heading not in dropped]

    def of(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(row[place] for place in kept)

    rows = tuple(map(of, table.rows))
    return replace(table, headings=of(table.headings), numeric=of(table.numeric), rows=rows)
