"""A table in a terminal: every cell whole if that can be, stacked below its labels where they are too long for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from harness.findings.finding import Table

VERDICT_STYLES = {
    "better": "#009E73", "worse": "#D55E00", "equivalent": "#0072B2", "identical": "#0072B2", "undecided": "#888888",
}  # fmt: skip
"""The colours that figures have, which load a library."""

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

_MOST_LINES = 2
"""Of a label beside its cells; a longer one has lines of its own above them."""

_INDENT, _GAP = 3, 2

_Broken = Callable[[str], list[str]]
"""Where a text is broken: ``str.splitlines`` at lines, ``str.split`` at words."""


def draw_table(table: Table, width: int) -> RenderableType:
    """Draw a table so that nothing is cut off.

    Where it is too narrow, headings break at words, then labels, into two lines; then each label stands above its
    cells; then cells break at words, and at last anywhere.

    Args:
        table: what is drawn. Labels are in the column "variant", or in the first.
        width: columns of the terminal.
    """
    table = in_short(table)
    widths = _beside(table, width)
    if widths is not None:
        return _plain(table, widths)
    return _stacked(table, _below(table, width) or _squeezed(table, width))


def fits(table: Table, width: int, *, stacked: bool = False) -> bool:
    """Whether no cell need be broken: beside its label, or stacked below it."""
    table = in_short(table)
    return (_below(table, width) if stacked else _beside(table, width)) is not None


def in_short(table: Table) -> Table:
    """Return a table with short headings, and nothing but the verdict itself: what else there is, sentences say."""
    headings = tuple(_SHORT.get(heading, heading) for heading in table.headings)
    if "verdict" not in headings:
        return replace(table, headings=headings)
    place = headings.index("verdict")
    rows = tuple((*row[:place], row[place].split(";")[0], *row[place + 1 :]) for row in table.rows)
    return replace(table, headings=headings, rows=rows)


def short_metric(title: str) -> str:
    """Return a metric's title as it stands in a cell."""
    short = {heading.removesuffix(" (%)"): name.removesuffix(" %") for heading, name in _SHORT.items()}
    return short.get(title, title)


def _plain(table: Table, widths: Sequence[int]) -> RichTable:
    drawn = RichTable(
        title=Text(table.caption, style="italic") if table.caption else None,
        title_justify="left",
        caption=table.note or None,
        caption_justify="left",
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
    )
    for heading, numeric, columns in zip(table.headings, table.numeric, widths, strict=True):
        drawn.add_column(Text(heading), justify="right" if numeric else "left", overflow="fold", width=columns)
    before = ""
    for row, faint in zip(table.rows, table.faint, strict=True):
        first = "" if row[0] == before else row[0]
        before = row[0]
        cells = ["\n".join(_lines(first)), *row[1:]]
        drawn.add_row(*map(_styled, cells), style="dim" if faint else None)
    return drawn


def _stacked(table: Table, widths: Sequence[int]) -> Group:
    """Draw each label on lines of its own, with its rows below."""
    label = _label_of(table)
    places = _places(table)
    parts: list[RenderableType] = [*([Text(table.caption, style="italic")] if table.caption else []), Text()]
    headings = _grid(table, widths)
    headings.add_row(*(Text(table.headings[place], style="bold") for place in places))
    parts += [Padding(headings, (0, 0, 0, _INDENT), expand=False)]
    total = _INDENT + sum(widths) + _GAP * (len(widths) - 1)
    parts += [Text(f" {'─' * (total - 1)}")]
    rows = list(zip(table.rows, table.faint, strict=True))
    titled = [("  ".join(row[: label + 1]), row, faint) for row, faint in rows]
    for title, group in groupby(titled, key=lambda one: one[0]):
        below = _grid(table, widths)
        styles = set()
        for _, row, faint in group:
            below.add_row(*(_styled(row[place]) for place in places), style="dim" if faint else None)
            styles.add("dim" if faint else "")
        said = "\n".join(_lines(title))
        parts += [Padding(Text(said, style=styles.pop()), (0, 0, 0, 1), expand=False)]
        parts += [Padding(below, (0, 0, 0, _INDENT), expand=False)]
    parts += [Text(), *([Text(table.note, style="italic"), Text()] if table.note else [])]
    return Group(*parts)


def _grid(table: Table, widths: Sequence[int]) -> RichTable:
    grid = RichTable.grid(padding=(0, _GAP, 0, 0))
    for place, columns in zip(_places(table), widths, strict=True):
        grid.add_column(justify="right" if table.numeric[place] else "left", overflow="fold", width=columns)
    return grid


def _styled(text: str) -> Text:
    return Text(text, style=VERDICT_STYLES.get(text.partition(" ")[0].removesuffix(","), ""))


def _label_of(table: Table) -> int:
    return table.headings.index("variant") if "variant" in table.headings else 0


def _places(table: Table) -> list[int]:
    """Return the columns that stand below a label, where a table is stacked."""
    return list(range(_label_of(table) + 1, len(table.headings)))


def _beside(table: Table, width: int) -> list[int] | None:
    """Return how wide each column is, no cell broken, with labels of two lines at most; None if there is no room."""
    room = width - _GAP * len(table.headings) - 1
    label = _label_of(table)
    full = _needs(table, str.splitlines, str.splitlines, str.splitlines)
    for headings, labels in ((str.splitlines, str.splitlines), (str.split, str.splitlines), (str.split, str.split)):
        least = _needs(table, headings, str.splitlines, labels)
        if sum(least) <= room:
            widths = _grown(least, full, room, label)
            lines = max((_lines_of(_lines(row[label])[0], widths[label]) for row in table.rows), default=1)
            return widths if lines <= _MOST_LINES else None
    return None


def _below(table: Table, width: int) -> list[int] | None:
    """Return how wide the columns are that stand below labels, no cell broken; None if there is no room."""
    places = _places(table)
    room = width - _INDENT - _GAP * (len(places) - 1)
    full = _needs(table, str.splitlines, str.splitlines, str.splitlines)
    least = _needs(table, str.split, str.splitlines, str.split)
    if not places or sum(least[place] for place in places) > room:
        return None
    return _grown([least[place] for place in places], [full[place] for place in places], room)


def _squeezed(table: Table, width: int) -> list[int]:
    """Return how wide the columns below labels are where cells must be broken: at words, then the widest anywhere."""
    places = _places(table)
    room = width - _INDENT - _GAP * (len(places) - 1)
    least, full = (_needs(table, *[broken] * 3) for broken in (str.split, str.splitlines))
    widths = [least[place] for place in places]
    while widths and sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return _grown(widths, [full[place] for place in places], room)


def _grown(least: Sequence[int], full: Sequence[int], room: int, first: int = 0) -> list[int]:
    """Return widths with the room that is left given to columns that have a use for it, one before the others."""
    widths, spare = list(least), max(0, room - sum(least))
    for place in [first, *(place for place in range(len(widths)) if place != first)]:
        more = min(spare, full[place] - widths[place])
        widths[place] += more
        spare -= more
    return widths


def _needs(table: Table, headings: _Broken, cells: _Broken, labels: _Broken) -> list[int]:
    """Return how wide each column is whose headings, cells and labels are broken at lines or at words.

    What the base's label stands for may always be broken at words: it has a line of its own.
    """
    found = []
    label = _label_of(table)
    for place, heading in enumerate(table.headings):
        parts = headings(heading)
        for row in table.rows:
            if place != label:
                parts += cells(row[place])
            elif labels is str.splitlines and headings is str.splitlines:
                parts += _lines(row[place])
            else:
                name, *settings = _lines(row[place])
                parts += [*labels(name), *(word for line in settings for word in line.split())]
        found.append(max(map(cell_len, parts), default=1))
    return found


def _lines(title: str) -> list[str]:
    """The base's label and, on a line of its own, what it stands for."""
    label, bracket, settings = title.partition(" (")
    return [label, f"({settings}"] if bracket else [title]


def _lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes that breaks at words."""
    lines, used = 1, 0
    for word in map(cell_len, text.split()):
        lines, used = (lines + 1, word) if used and used + 1 + word > width else (lines, used + bool(used) + word)
    return lines
