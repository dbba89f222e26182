"""index.html: all reports of a folder on one page, with their answers and verdicts."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from harness.escaping import plain, throughout
from harness.findings.answer.matrix import MatrixRow, VerdictMatrix
from harness.pages.html import breakable, hash_of, together
from harness.pages.templating import environment

GENERATOR = "harness: index of reports"
"""What tells our index from a page of somebody's."""
MOST_ROWS = 12
"""Verdicts that are shown of a study; its report has all."""


@dataclass(frozen=True)
class Answer:
    """What an index takes from a report.json; other things in it are not looked at.

    Attributes:
        question: the study's question.
        headline: the answer in one short sentence.
        matrix: the verdicts; None for a report without, or of an earlier version.
    """

    question: str
    headline: str
    matrix: VerdictMatrix | None = None


@dataclass(frozen=True)
class Entry:
    """A report of the folder.

    Attributes:
        folder: name of its folder, which holds its comparison.html.
        answer: what it says; None if its report.json cannot be read.
    """

    folder: str
    answer: Answer | None

    @property
    def rows(self) -> tuple[MatrixRow, ...]:
        """The verdicts that are shown."""
        return self.answer.matrix.rows[:MOST_ROWS] if self.answer and self.answer.matrix else ()

    @property
    def left_out(self) -> int:
        """How many verdicts are not."""
        return len(self.answer.matrix.rows) - len(self.rows) if self.answer and self.answer.matrix else 0


@dataclass(frozen=True)
class _Plain:
    question: str
    headline: str


_ANSWER = TypeAdapter[Answer | _Plain](Answer)
_WITHOUT = TypeAdapter[Answer | _Plain](_Plain)


def answer_of(text: bytes) -> Answer | None:
    """Return what a report.json says; None if it is none. Verdicts as other versions wrote them are left out."""
    for adapter in (_ANSWER, _WITHOUT):
        with contextlib.suppress(ValidationError):
            found = throughout(adapter.validate_json(text), plain)
            return found if isinstance(found, Answer) else Answer(found.question, found.headline)
    return None


def to_index(title: str, entries: Sequence[Entry]) -> str:
    """Return the page.

    Args:
        title: name of the folder.
        entries: in the order in which they are listed.
    """
    templates = environment(autoescape=True)
    templates.filters |= {"breakable": breakable, "together": together}
    script = f"\n{templates.get_template('index.js').render()}\n"
    return templates.get_template("index.html.j2").render(
        title=title,
        entries=entries,
        generator=GENERATOR,
        dark_figures="",
        script=Markup(script),  # noqa: S704  our own
        script_hash=hash_of(script),
    )
