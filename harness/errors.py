"""What can go wrong that the user can put right.

Every error is one message that names the place, the rule, the value received and the fix. The command line
prints it without a traceback and leaves with ``exit_code``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

_LONGEST_LINE = 1200
"""Characters of a line of a message; of a longer one the middle is left out, where the value stands."""

_LONGEST_VALUE = 60

_BEGUN = 3
"""Characters of a word from which on it may be the beginning of what is meant."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""Of two letters or more: C:/ is a folder. Paths have lost one of the two strokes."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories of what is not seen as it is: controls, formats such as the reversal of writing, half a pair that
stands for a byte of a file's name, no characters at all, separators of lines."""


class HarnessError(Exception):
    """Base of all errors with a message meant for the user.

    Whatever a message repeats of what was given, a terminal gets no control characters from it, and no endless line.
    """

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__("\n".join(_shortened(printable(line), _LONGEST_LINE) for line in message.split("\n")))


class StudyError(HarnessError):
    """A study file that cannot be carried out as it is written."""

    exit_code = 2


class ImpossibleNetwork(StudyError):
    """A network whose feature maps shrink below 1x1."""


class DataError(HarnessError):
    """Image data that is missing, damaged or not what its name says."""

    exit_code = 2


class MissingImages(DataError):
    """Images of one's own that are not where a study says."""


class UsageError(HarnessError):
    """A request that names something that does not exist, or that may not be done now."""

    exit_code = 2


class UserCodeError(HarnessError):
    """An exception in code of the user's: a line that says which call, then their traceback from their frame on."""

    exit_code = 2


class MetricError(UserCodeError):
    """A metric of the user's that cannot be measured: it would not be of any other training either."""


class RunError(HarnessError):
    """A run that had to stop: too many failed trials, a lost worker, a store that cannot be used."""


def did_you_mean(word: str, candidates: Iterable[str], alike: float = 0.6) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest candidate, or an empty string if none is as alike as that."""
    if len(word) > 2 * _LONGEST_VALUE:  # looking for what is like it takes long, and nothing is
        return ""
    known = list(candidates)
    begun = [one for one in known if len(word) >= _BEGUN and one.startswith(word)]  # "test_acc" is no "test_auc"
    close = begun or difflib.get_close_matches(word, known, n=1, cutoff=alike)
    return f" Did you mean {close[0]!r}?" if close else ""


def not_found(place: object) -> str:
    """Return what is said, after its name, of a file or folder that is not there: an address can be none."""
    if _ADDRESS.match(str(place)):
        return "is an address, and must be a place on this machine. Download it first"
    return "not found"


def printable(text: str) -> str:
    r"""Return text for a terminal or a page: what cannot be seen is written as its escape, ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(_escape(each) if unicodedata.category(each) in _HIDDEN else each for each in text)


def show_value(value: Any) -> str:
    """Return a value for a message, as Python writes it, with 60 characters at most."""
    return _shortened(printable(repr(value)), _LONGEST_VALUE)


def _escape(each: str) -> str:
    return each.encode("unicode_escape", "surrogatepass").decode("ascii")


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end - 3]}...{text[-end:]}"
