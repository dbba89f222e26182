r"""comparison.tex: tables for a paper, which fit the text width of ``article`` as they are.

Needs ``\usepackage{array,booktabs,longtable}``.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, results_table
from harness.findings.wording import ON_NEW_IMAGES
from harness.metrics import METRICS

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",    "−": "$-$", "–": "--", "×": r"$\times$", "…": r"\dots{}",
    "“": "``", "”": "''", "’": "'", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$",
}  # fmt: skip
_PAGE = 345.0
"""Points of the text width of ``article``."""
_LABELS = 115.0
"""Points for labels at most; longer ones wrap."""
_LETTER, _DIGIT, _SMALL_DIGIT, _BETWEEN = 5.2, 4.7, 3.7, 8.0
"""Widths in points, on the safe side: a letter and a digit of the table, a digit of an interval, between columns."""
_LEFT_OUT = (ON_NEW_IMAGES, METRICS["images_per_second"].title)
"""Columns that comparison.csv has, and a paper seldom."""
_HEADING = 12
"""Letters in a line of a heading."""
_FLOATING = 36
"""Rows of a table that stays on one page; longer ones go over several."""


@dataclass(frozen=True)
class _Column:
    heading: str
    numeric: bool
    cells: tuple[str, ...]

    @property
    def width(self) -> float:
        """How wide it is set, in points; estimated."""
        heads = [_DIGIT * len(line) for line in _lines(self.heading)]
        return _BETWEEN + max([*heads, *(_width(cell) for cell in self.cells)])


def to_latex(report: Report) -> str:
    r"""Return tables with booktabs rules: what was measured, as many as it takes columns, and the comparisons.

    Labels are short: what the base is stands in the caption. Tables of many rows are ``longtable``.
    """
    head = [
        f"% {' '.join(report.question.split())}",
        r"% Preamble: \usepackage{array,booktabs,longtable}",
    ]
    return "\n".join(
        [*head, *_results(report, results_table(report)), *_contrasts(report, contrasts_table(report)), ""]
    )


def escape(text: str) -> str:
    """Return text in which every character that LaTeX reads as a command stands for itself."""
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _results(report: Report, table: Table) -> Iterator[str]:
    """Return what was measured; where the columns are more than fit beside each other, as further tables."""
    labels = {row.title: row.label for row in report.rows}
    names = [labels.get(row[0], row[0]) for row in table.rows]
    short = {METRICS[name].heading: _short(name) for name in (*report.scored, *report.counted)}
    columns = [
        _Column(short.get(heading, heading), table.numeric[place], tuple(row[place] for row in table.rows))
        for place, heading in enumerate(table.headings)
        if place and heading not in _LEFT_OUT
    ]
    room = min(_LABELS, _LETTER * max(len(name) for name in (table.headings[0], *names)))
    for place, shown in enumerate(_side_by_side(columns, _PAGE - room)):
        rows = list(zip(map(_label, names), *(map(_cell, one.cells) for one in shown), strict=True))
        more = " (continued)" if place else ""
        caption = f"{table.caption}{more}. {_base(report)}" + (f" {table.note}" if table.note else "")
        suffix = f"-{place + 1}" if place else ""
        layout = (
            rf"@{{}}>{{\raggedright\arraybackslash}}p{{{room:.0f}pt}}"
            + "".join("r" if one.numeric else "l" for one in shown)
            + "@{}"
        )
        headings = [escape(table.headings[0]), *(_stacked(one.heading, one.numeric) for one in shown)]
        yield from _environment(
            report.name, f"results{suffix}", caption, layout, headings, [_line(row) for row in rows]
        )


def _contrasts(report: Report, table: Table | None) -> Iterator[str]:
    """Return the comparisons: the variant above its rows, a row a metric."""
    if table is None:
        return
    at = {heading: place for place, heading in enumerate(table.headings)}
    rows = []
    for name, found in groupby(table.rows, key=lambda row: row[0]):
        rows.append(rf"    \multicolumn{{5}}{{@{{}}p{{\linewidth}}@{{}}}}{{\itshape {_label(name)}}} \\*")
        for row in found:
            ends = row[at["95 % interval"]]
            size = row[at["difference"]] if ends == "exact" else f"{row[at['difference']]} ({ends})"
            cells = [row[at["metric"]], size, row[at["p"]], row[at["p (Holm)"]], row[at["verdict"]].split(";")[0]]
            rows.append(_line([rf"\quad {escape(cells[0])}", _cell(cells[1]), *(escape(text) for text in cells[2:])]))
    headings = ["metric", r"difference [95\,\%]", "$p$", "$p$ (Holm)", "verdict"]
    caption = f"{table.caption}. Ratios are of geometric means." + (f" {table.note}" if table.note else "")
    yield from _environment(report.name, "contrasts", caption, "@{}lrrrl@{}", headings, rows)


def _side_by_side(columns: Sequence[_Column], room: float) -> list[list[_Column]]:
    """Return the columns in groups that fit into so many points."""
    groups: list[list[_Column]] = [[]]
    for column in columns:
        if groups[-1] and sum(one.width for one in groups[-1]) + column.width > room:
            groups.append([])
        groups[-1].append(column)
    return groups


def _label(text: str) -> str:
    """Let a label wrap before its equals signs rather than stand out of its column."""
    return escape(text).replace("=", r"\allowbreak=")


def _base(report: Report) -> str:
    """Say what the base is, once for the whole table."""
    title, label = report.reference.title, report.reference.label
    return f"{title.replace(' (', ': ', 1).removesuffix(')')}." if title != label else ""


def _short(metric: str) -> str:
    """Return a metric's short title with its unit."""
    found = METRICS[metric]
    unit = (found.unit.symbol or found.unit.points).strip()
    name = found.short or found.title
    return f"{name} ({unit})" if unit and not name.endswith(")") else name


def _environment(
    study: str, name: str, caption: str, layout: str, headings: Sequence[str], rows: Sequence[str]
) -> list[str]:
    named = [
        rf"  \caption{{{escape(caption)}}}",
        rf"  \label{{tab:{re.sub(r'[^A-Za-z0-9._-]', '-', study)}-{name}}}",
    ]
    small = r"  \small\setlength{\tabcolsep}{4pt}"
    head = [r"    \toprule", _line(headings), r"    \midrule"]
    if len(rows) > _FLOATING:
        start = ["", r"\begingroup", small, rf"  \begin{{longtable}}{{{layout}}}", named[0], rf"{named[1]}\\"]
        return [*start, *head, r"    \endhead", *rows, r"    \bottomrule", r"  \end{longtable}", r"\endgroup"]
    start = ["", r"\begin{table}", r"  \centering", *named, small, rf"  \begin{{tabular}}{{{layout}}}"]
    return [*start, *head, *rows, r"    \bottomrule", r"  \end{tabular}", r"\end{table}"]


def _line(cells: Sequence[str]) -> str:
    line = " & ".join(cells)
    # A row that starts with a bracket would be read as the argument of the \\ before it.
    return f"    {'{}' if line.startswith(('[', '*')) else ''}{line} \\\\"


def _parts(text: str) -> tuple[str, str]:
    """Return the number and the ends of its interval: ``98.76 (98.67 to 98.84)``."""
    head, bracket, rest = text.partition(" (")
    return (head, rest[:-1].replace(" to ", ", ")) if bracket and rest.endswith(")") else (text, "")


def _cell(text: str) -> str:
    head, ends = _parts(text)
    return rf"{escape(head)} {{\scriptsize[{escape(ends)}]}}" if ends else escape(text)


def _width(text: str) -> float:
    head, ends = _parts(text)
    return _DIGIT * len(head) + (_SMALL_DIGIT * (len(ends) + 3) if ends else 0)


def _lines(heading: str) -> list[str]:
    return textwrap.wrap(heading, _HEADING, break_long_words=False, break_on_hyphens=True)


def _stacked(heading: str, numeric: bool) -> str:
    lines = [escape(line) for line in _lines(heading)]
    return rf"\shortstack[{'r' if numeric else 'l'}]{{" + r"\\".join(lines) + "}"
