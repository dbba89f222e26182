"""comparison.md: the page for a terminal, a pull request, a repository."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.escaping import inline, markdown, markdown_code, markdown_paragraphs, markdown_prose, shell
from harness.findings.finding import Table
from harness.findings.report import Report
from harness.pages.insight_pictures import Learned
from harness.pages.templating import contents, environment


def to_markdown(report: Report, learned: Sequence[Learned] = ()) -> str:
    """Return the page as GitHub-flavoured Markdown."""
    templates = environment(autoescape=False)
    templates.filters["table"] = table_lines
    templates.filters |= {
        "cell": inline,
        "line": markdown,
        "paragraphs": markdown_paragraphs,
        "prose": markdown_prose,
        "code": markdown_code,
        "shell": shell,
    }
    templates.filters["fence"] = fence
    return templates.get_template("comparison.md.j2").render(contents(report, learned))


def table_lines(table: Table) -> str:
    """Return a pipe table, numbers aligned right."""
    lines = [table.headings, tuple("---:" if numeric else "---" for numeric in table.numeric)]
    return "\n".join(f"| {' | '.join(inline(text) for text in row)} |" for row in [*lines, *table.rows])


def fence(text: str) -> str:
    """Return a fence longer than any run of backquotes in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)
