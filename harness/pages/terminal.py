"""The report in a terminal: what `harness show` and the end of `harness run` print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, results_table
from harness.findings.wording import ON_NEW_IMAGES

_COSTS_FROM = 130
_DETAILS_FROM = 125
_P_FROM = 90
_FULL_FROM = 100
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
        width: columns of the terminal. Costs are left out below 130 columns, details of the contrasts below 125,
            intervals of means below 100.
        limit: rows at most.
    """
    results = results_table(report, limit, costs=width >= _COSTS_FROM)
    contrasts = contrasts_table(report, limit)
    if width < _FULL_FROM:
        results = _without_intervals(results)
    if contrasts and width < _DETAILS_FROM:
        contrasts = _narrow(contrasts, width < _P_FROM)
    parts: list[RenderableType] = [Text(sentence) for sentence in report.sentences]
    for table, share in ((results, 3.5), (contrasts, 5)):
        if table:
            parts += [Text(), draw_table(table, int(width / share))]
    parts += [Padding(Text(remark, style="dim"), (0, 0, 0, 2)) for remark in report.remarks]
    return Group(*parts)


def draw_table(table: Table, label_width: int) -> RichTable:
    """Draw a table whose first column may take at least so many characters if it needs them."""
    drawn = RichTable(
        title=Text(table.caption, style="italic") if table.caption else None,
        title_justify="left",
        caption=table.note or None,
        box=box.SIMPLE,
    )
    longest = max(len(line) for row in table.rows for line in _lines(row[0]))
    for place, (heading, numeric) in enumerate(zip(table.headings, table.numeric, strict=True)):
        short = _SHORT.get(heading, heading)
        least = min(longest, label_width) if place == 0 else max(len(word) for word in short.split())
        if heading == "verdict":
            least = max(least, *(len(row[place].split(";")[0]) for row in table.rows))
        drawn.add_column(Text(short), justify="right" if numeric else "left", overflow="fold", min_width=least)
    before = ""
    for row, faint in zip(table.rows, table.faint, strict=True):
        first = "" if row[0] == before else row[0]
        before = row[0]
        last = row[-1].split(";")[0]  # why there is no number is said in the sentences
        cells = [
            Text("\n".join(_lines(first))),
            *(Text(text) for text in row[1:-1]),
            Text(last, style=_VERDICTS.get(last, "")),
        ]
        drawn.add_row(*cells, style="dim" if faint else None)
    return drawn


def _lines(title: str) -> list[str]:
    """The base's label and, on a line of its own, what it stands for."""
    label, bracket, settings = title.partition(" (")
    return [label, f"({settings}"] if bracket else [title]


def _without_intervals(table: Table) -> Table:
    kept = [place for place, heading in enumerate(table.headings) if heading != ON_NEW_IMAGES]
    rows = tuple((row[0], *(row[place].split(" (")[0] for place in kept[1:])) for row in table.rows)
    table = _columns(table, kept)
    return replace(table, rows=rows, caption=table.caption.replace(" with 95 % intervals", ""))


def _narrow(table: Table, narrowest: bool) -> Table:
    """Contrasts without what the page has besides, and with short names of metrics."""
    dropped = (ON_NEW_IMAGES, "pairs", "effect size", "p", *(["p (Holm)"] if narrowest else []))
    kept = [place for place, heading in enumerate(table.headings) if heading not in dropped]
    short = {heading.removesuffix(" (%)"): name.removesuffix(" %") for heading, name in _SHORT.items()}
    rows = (tuple(short.get(row[place], row[place]) for place in kept) for row in table.rows)
    return replace(_columns(table, kept), rows=tuple(rows))


def _columns(table: Table, kept: Sequence[int]) -> Table:
    """Return a table with the headings of some of its columns; its rows are another's."""
    headings = tuple(table.headings[place] for place in kept)
    return replace(table, headings=headings, numeric=tuple(table.numeric[place] for place in kept))
