"""Text of others made harmless where it meets a page, a table or a terminal: a function for each medium.

A label, a question or an error may come from a store or a file that somebody sent. What it says is shown; what it would
do is not done.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

_T = TypeVar("_T")

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
"""Control characters but tab and line feed, what turns the direction of text or has no width, halves of characters."""


def plain(text: str) -> str:
    """Return text without characters that cannot be seen: a terminal obeys some of them, others deceive a reader.

    Each is replaced by U+FFFD, which shows that something was there; line breaks are kept, as line feeds.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return plain text on one line, for a terminal, a heading or a cell."""
    return " ".join(plain(text).split())


def throughout(value: _T, change: Callable[[str], str]) -> _T:
    """Return a value whose texts are all changed: those in dataclasses, tuples, lists and mappings too.

    Keys of mappings stay as they are, and so do objects of other kinds.
    """
    return cast("_T", _throughout(value, change))


def _throughout(value: Any, change: Callable[[str], str]) -> Any:
    if type(value) is str:
        return change(value)
    if isinstance(value, (tuple, list)):
        if not value or isinstance(value[0], (float, int)):
            return value  # points of figures
        made = [_throughout(item, change) for item in value]
        if all(new is old for new, old in zip(made, value, strict=True)):
            return value
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    if isinstance(value, Mapping):
        return {key: _throughout(item, change) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        new = {name: _throughout(part, change) for name, part in old.items()}
        changed = {name: part for name, part in new.items() if part is not old[name]}
        return dataclasses.replace(value, **changed) if changed else value
    return value


def markdown(text: str) -> str:
    """Return text on one line that Markdown shows as it is: no markup, HTML, links, pictures or cells in it.

    Bare addresses stay, which some pages make links of: they say where they lead.
    """
    # what makes a heading, a quotation, a list, a rule or a fence is at the beginning of a line
    return re.sub(r"^(#|>|[-+](?=\s|$)|=+$|-{2,}$|~)", r"\\\1", re.sub(r"^(\d+)(?=[.)](\s|$))", r"\1\\", inline(text)))


def inline(text: str) -> str:
    """Return text for the middle of a line, or the cell of a table, that Markdown shows as it is."""
    line = re.sub(r"([\\|*<\[\]`])", r"\\\1", one_line(text))
    line = re.sub(r"&(?=#?\w+;)", r"\&", line)
    line = re.sub(r"~(?=~)|(?<=~)~", r"\~", line)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\_", line)


def markdown_paragraphs(text: str) -> str:
    """Return text of several lines as Markdown shows it as it is: paragraphs and lines stay, markup is none."""
    return "\n".join(markdown(line) for line in plain(text).strip().split("\n"))


def markdown_prose(text: str) -> str:
    """Return a sentence of ours for Markdown, in which what stands in backquotes is code and all else is plain."""
    parts = re.split(r"(`[^`]+`)", one_line(text))
    # framed by letters: blanks at the ends of a part count, and underscores beside code mark nothing
    return "".join(part if place % 2 else inline(f"x{part}x")[1:-1] for place, part in enumerate(parts))


def markdown_code(text: str) -> str:
    """Return text that may stand in backquotes on one line."""
    return one_line(text).replace("`", "'")


def shell(text: str) -> str:
    """Return text as one word of a command line that a reader may copy."""
    return shlex.quote(one_line(text))


def csv_cell(text: str) -> str:
    """Return text that a spreadsheet takes for text: what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\n") and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def mathless(text: str) -> str:
    """Return text in which Matplotlib sees no formula between dollar signs."""
    return text.replace("$", r"\$")
