"""The report in a terminal: what `harness show` and the end of `harness run` print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, results_table
from harness.findings.wording import ON_NEW_IMAGES

_LABEL = 24
"""Columns that words of a label keep before cells are broken."""

Broken = Callable[[str], list[str]]
"""Where a cell is broken: ``str.splitlines`` at lines, ``str.split`` at words."""

_SHORT = {
    "validation accuracy (%)": "val acc %",
    "training accuracy (%)": "train acc %",
    "test accuracy (%)": "test acc %",
    "reached target": "target",
    "steps to target": "steps",
    "seconds to target": "seconds",
    "multiply-accumulates": "MACs",
    "images per second": "images/s",
}
_VERDICTS = {"better": "green", "worse": "red", "equivalent": "cyan", "identical": "cyan"}


def render(report: Report, width: int, limit: int = 20) -> RenderableType:
    """Return the answer, the two tables and the remarks.

    Args:
        report: what is shown.
        width: columns of the terminal. Where they are too few, costs are left out, then intervals on new images, then
            intervals of means; details of the contrasts, then their p-values.
        limit: rows at most.
    """
    without_costs = results_table(report, limit, costs=False)
    one_interval = _without(without_costs, ON_NEW_IMAGES)
    results = (results_table(report, limit), without_costs, one_interval, _without_intervals(one_interval))
    parts: list[RenderableType] = [Text(sentence) for sentence in report.sentences]
    parts += [Text(), draw_table(_fullest(results, width), width)]
    if contrasts := contrasts_table(report, limit):
        narrow = _narrow(contrasts)
        fullest = _fullest((contrasts, narrow, _without(narrow, "p (Holm)")), width)
        parts += [Text(), draw_table(fullest, width)]
    else:  # of a screening: its effects are the answer
        for section in report.sections:
            if "effect of" in section.table.headings:
                narrow = _narrow(_without(section.table, "kind", "replicates"))
                narrowest = _without(narrow, "p (Holm)")
                fullest = _fullest((section.table, narrow, narrowest, _without(narrowest, "aliased with")), width)
                parts += [Text(), draw_table(fullest, width)]
    parts += [Padding(Text(remark, style="dim"), (0, 0, 0, 2)) for remark in report.remarks]
    return Group(*parts)


def _fullest(tables: Sequence[Table], width: int) -> Table:
    """Return the first table whose labels and cells need not be broken, else the last."""
    return next((one for one in tables if _room(one, width) >= sum(_least(_in_short(one), str.splitlines))), tables[-1])


def draw_table(table: Table, width: int) -> RichTable:
    """Draw a table so that no cell is cut off.

    Args:
        table: what is drawn.
        width: columns of the terminal. Where it is too narrow, headings break at words, then cells, then labels.
    """
    table = _in_short(table)
    drawn = RichTable(
        title=Text(table.caption, style="italic") if table.caption else None,
        title_justify="left",
        caption=table.note or None,
        box=box.SIMPLE,
    )
    for heading, numeric, columns in zip(table.headings, table.numeric, _widths(table, width), strict=True):
        text = Text(_SHORT.get(heading, heading))
        drawn.add_column(text, justify="right" if numeric else "left", overflow="fold", width=columns)
    before = ""
    for row, faint in zip(table.rows, table.faint, strict=True):
        first = "" if row[0] == before else row[0]
        before = row[0]
        cells = [Text("\n".join(_lines(first))), *(Text(text, style=_VERDICTS.get(text, "")) for text in row[1:])]
        drawn.add_row(*cells, style="dim" if faint else None)
    return drawn


def _widths(table: Table, width: int) -> list[int]:
    """Return how wide each column is, so that together they take no more than there is if that can be."""
    room = _room(table, width)
    label, *whole = _least(table, str.splitlines, str.splitlines)
    word = min(_LABEL, max((cell_len(part) for row in table.rows for part in row[0].split()), default=1))
    for broken in (str.splitlines, str.split):
        _, *least = _least(table, broken)
        if room - sum(least) >= word:
            break
    first = max(1, min(word, room - sum(least)))
    spare = max(0, room - sum(least) - first)
    if broken is str.splitlines:  # no cell needs more: rather a heading of two lines than a label of two
        first, spare = first + min(spare, label - first), spare - min(spare, label - first)
    widths = [first]
    for full, narrow in zip(whole, least, strict=True):
        widths.append(min(full, narrow + spare))
        spare -= widths[-1] - narrow
    widths[0] = min(max(label, 1), widths[0] + spare)
    return widths


def _room(table: Table, width: int) -> int:
    """Return how many columns of the terminal are left for cells: of each cell two are padding, one divides."""
    return width - 3 * len(table.headings) - 1


def _least(table: Table, cells: Broken, headings: Broken = str.split) -> list[int]:
    """Return how wide each column is whose cells and headings are broken at lines or at words; labels at lines."""
    found = []
    for place, heading in enumerate(table.headings):
        parts = headings(_SHORT.get(heading, heading))
        for row in table.rows:
            parts += cells(row[place]) if place else _lines(row[0])
        found.append(max(map(cell_len, parts), default=1))
    return found


def _in_short(table: Table) -> Table:
    """Return a table with nothing but the verdict itself: why there is no number is said in the sentences."""
    if "verdict" not in table.headings:
        return table
    place = table.headings.index("verdict")
    return replace(table, rows=tuple((*row[:place], row[place].split(";")[0], *row[place + 1 :]) for row in table.rows))


def _lines(title: str) -> list[str]:
    """The base's label and, on a line of its own, what it stands for."""
    label, bracket, settings = title.partition(" (")
    return [label, f"({settings}"] if bracket else [title]


def _without_intervals(table: Table) -> Table:
    rows = tuple((row[0], *(cell.split(" (")[0] for cell in row[1:])) for row in table.rows)
    return replace(table, rows=rows, caption=table.caption.replace(" with 95 % intervals", ""))


def _narrow(table: Table) -> Table:
    """Contrasts without what the page has besides, and with short names of metrics."""
    table = _without(table, ON_NEW_IMAGES, "pairs", "effect size", "p")
    short = {heading.removesuffix(" (%)"): name.removesuffix(" %") for heading, name in _SHORT.items()}
    return replace(table, rows=tuple(tuple(short.get(cell, cell) for cell in row) for row in table.rows))


def _without(table: Table, *dropped: str) -> Table:
    """Return a table without some of its columns."""
    kept = [place for place, heading in enumerate(table.headings) if heading not in dropped]

    def of(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(row[place] for place in kept)

    rows = tuple(map(of, table.rows))
    return replace(table, headings=of(table.headings), numeric=of(table.numeric), rows=rows)
