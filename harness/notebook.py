"""What notebooks show of a study, results and verdicts: small HTML tables.

Facts of other rooms say nothing of HTML: :func:`html_of` asks what was registered for their class. Without colours of
their own, so that they read well in light and in dark notebooks; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from html import escape


@singledispatch
def html_of(shown: object) -> str:
    """Return an object as a notebook shows it; what draws a class registers that here."""
    return paragraph(repr(shown))


def paragraph(text: str, strong: bool = False, small: bool = False) -> str:
    """Return a paragraph of plain text."""
    shown = escape(text)
    shown = f"<strong>{shown}</strong>" if strong else shown
    return f"<p>{f'<small>{shown}</small>' if small else shown}</p>"


def facts_table(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a table of names and what they are; a pair without text is left out."""
    rows = (
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left;white-space:pre-line">{escape(text)}</td></tr>'
        for name, text in pairs
        if text
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Return a table of text cells.

    Args:
        caption: what it shows; empty for none.
        headings: one for each column.
        rows: cells of each row.
        numeric: whether each column is aligned right.
    """
    sides = ["right" if right else "left" for right in numeric]

    def cells(tag: str, texts: Sequence[str]) -> str:
        return "".join(
            f'<{tag} style="text-align:{side}">{escape(text)}</{tag}>' for side, text in zip(sides, texts, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    title = f'<caption style="text-align:left">{escape(caption)}</caption>' if caption else ""
    return f"<table>{title}<thead><tr>{cells('th', headings)}</tr></thead><tbody>{body}</tbody></table>"
