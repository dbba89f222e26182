"""comparison.md: the page for a terminal, a pull request, a repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from harness.escaping import inline, markdown, markdown_code, markdown_paragraphs, markdown_prose, shell
from harness.findings.comparison import Comparison
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
    return templates.get_template("comparison.md.j2").render(
        compared=[table for table in (_confusions(learned), _mistakes(learned)) if table], **contents(report, learned)
    )


def _confusions(learned: Sequence[Learned]) -> str:
    drawn = [one.confusion for one in learned if one.confusion]
    return _beside([(one.title, one.description, f"figures/{one.name}.svg") for one in drawn])


def _mistakes(learned: Sequence[Learned]) -> str:
    drawn = [(one.label, one.mistakes) for one in learned if one.mistakes]
    return _beside([(f"{label}: its surest mistakes", one.description, one.file) for label, one in drawn])


def _beside(pictures: Sequence[tuple[str, str, str]]) -> str:
    """Return a table of one row with pictures side by side, from heading, description and file of each."""
    if not pictures:
        return ""
    shown = [f"![{inline(text)}]({file})" for _, text, file in pictures]
    return pipe_table([inline(heading) for heading, _, _ in pictures], [False] * len(pictures), [shown])


def comparison_to_markdown(found: Comparison) -> str:
    """Return two sides compared as GitHub-flavoured Markdown: for the summary of a CI job, or a pull request."""
    after, before = inline(found.after), inline(found.before)
    parts = [f"**{after} against {before}: {found.conclusion}**", table_lines(found.table)]
    if found.settings is not None:
        parts += [f"{inline(found.settings.caption)}:", table_lines(found.settings)]
    parts += ["\n".join(f"- {markdown(remark)}" for remark in found.remarks)] if found.remarks else []
    return "\n\n".join(parts) + "\n"


def table_lines(table: Table) -> str:
    """Return a table as a pipe table, with what is Markdown in its cells escaped."""
    headings, *rows = (tuple(inline(text) for text in row) for row in (table.headings, *table.rows))
    return pipe_table(headings, table.numeric, rows)


def roomy_table(table: Table) -> str:
    """Return a table for pages that put no room between its cells, as MLflow's: a blank as wide as a letter does."""
    headings, *rows = (tuple(f"{inline(text)}&emsp;" for text in row) for row in (table.headings, *table.rows))
    return pipe_table(headings, table.numeric, rows)


def pipe_table(headings: Sequence[str], numeric: Sequence[bool], rows: Iterable[Iterable[str]]) -> str:
    """Return a pipe table of cells that are Markdown, numbers aligned right."""
    lines = [headings, ["---:" if number else "---" for number in numeric], *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def fence(text: str) -> str:
    """Return a fence longer than any run of backquotes in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)
