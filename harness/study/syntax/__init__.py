"""TOML text read; of text that is none, what slipped, with the line and the likely fix."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from typing import Any

from harness.errors import HarnessError, printable
from harness.study.syntax.slips import find_slip

_MOST_PARTS = 32
_PART = r"""[\w"'-]++[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"""(?<![\w"'-])(?:{_PART}){{{_MOST_PARTS}}}""")

_BEFORE, _SHOWN = 60, 100
"""Characters of a line that are shown: before the slip, and all together."""


def parse_toml(text: str, place: str, kind: type[HarnessError]) -> dict[str, Any]:
    """Return the tables of a TOML text.

    Args:
        text: what is read.
        place: where it is from, for the message.
        kind: of the error that is raised.

    Raises:
        HarnessError: of that kind, if it is no TOML. The message says what slipped and how to put it right; the lines
            below the first show the place.
    """
    if has_long_key(text):  # TOML's reader needs memory for the square of it, and takes gigabytes
        raise kind(f"{place}: a key must have at most {_MOST_PARTS} parts with dots between them.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        slip = find_slip(text.replace("\r\n", "\n"), str(error))
        shown = show_line(slip.line, slip.column, slip.text)
        raise kind(f"{place}: line {slip.line:,} is not valid TOML: {slip.rule}. {slip.fix}\n{shown}") from None
    except RecursionError:
        raise kind(f"{place}: not valid TOML here: tables or lists are nested too deeply.") from None
    except ValueError:  # of int(): Python reads no more than 4,300 digits
        raise kind(f"{place}: not valid TOML here: a number has thousands of digits.") from None


def has_long_key(text: str) -> bool:
    """Whether a key has more parts than TOML's reader takes in reasonable time."""
    return _LONG_KEY.search(text) is not None


def show_line(line: int, column: int, text: str) -> str:
    """Return a line of a file with its number, and below it a line with a caret; both begin with spaces.

    Args:
        line: its number.
        column: of the caret, from 1.
        text: the line; of a long one what is near the caret is shown.
    """
    start = max(0, column - 1 - _BEFORE)
    before, rest = text[start : column - 1], text[column - 1 : start + _SHOWN]
    before, rest = (printable(part.replace("\t", " ")) for part in (before, rest))
    before = f"{'...' if start else ''}{before}"
    number = f"  {line} | "
    columns = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in before)
    end = "..." if len(text) > start + _SHOWN else ""
    return f"{number}{before}{rest}{end}\n{'| '.rjust(len(number))}{' ' * columns}^"
