r"""comparison.tex: the tables for a paper. Needs ``\usepackage{booktabs}``, and ``graphicx`` for wide tables."""

from __future__ import annotations

import re

from harness.findings.finding import Table
from harness.findings.report import Report
from harness.findings.tables import contrasts_table, results_table

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",    "−": "$-$", "–": "--", "×": r"$\times$", "…": r"\dots{}",
}  # fmt: skip


def to_latex(report: Report) -> str:
    r"""Return one or two ``table`` environments with booktabs rules."""
    tables = [("results", results_table(report)), ("contrasts", contrasts_table(report))]
    head = [
        f"% {' '.join(report.question.split())}",
        r"% Preamble: \usepackage{booktabs} \usepackage{graphicx}",
    ]
    return "\n".join([*head, *(_table(report.name, name, table) for name, table in tables if table), ""])


def escape(text: str) -> str:
    """Return text in which every character that LaTeX reads as a command stands for itself."""
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def _table(study: str, name: str, table: Table) -> str:
    columns = "".join("r" if numeric else "l" for numeric in table.numeric)
    caption = f"{table.caption}. {table.note}" if table.note else f"{table.caption}."
    return "\n".join(
        [
            "",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escape(caption)}}}",
            rf"  \label{{tab:{re.sub(r'[^A-Za-z0-9._-]', '-', study)}-{name}}}",
            r"  \resizebox{\linewidth}{!}{%",
            rf"  \begin{{tabular}}{{{columns}}}",
            r"    \toprule",
            _cells(table.headings),
            r"    \midrule",
            *(_cells(row) for row in table.rows),
            r"    \bottomrule",
            r"  \end{tabular}}",
            r"\end{table}",
        ]
    )


def _cells(row: tuple[str, ...]) -> str:
    line = " & ".join(escape(text) for text in row)
    # A row that starts with a bracket would be read as the argument of the \\ before it.
    return f"    {'{}' if line.startswith(('[', '*')) else ''}{line} \\\\"
