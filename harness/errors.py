"""What can go wrong that the user can put right.

Every error is one message that names the place, the rule, the value received and the fix. The command line
prints it without a traceback and leaves with ``exit_code``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HarnessError(Exception):
    """Base of all errors with a message meant for the user."""

    exit_code = 1


class StudyError(HarnessError):
    """A study file that cannot be carried out as it is written."""

    exit_code = 2


class ImpossibleNetwork(StudyError):
    """A network whose feature maps shrink below 1x1."""


class DataError(HarnessError):
    """Image data that is missing, damaged or not what its name says."""

    exit_code = 2


class UsageError(HarnessError):
    """A request that names something that does not exist, or that may not be done now."""

    exit_code = 2


class RunError(HarnessError):
    """A run that had to stop: too many failed trials, a lost worker, a store that cannot be used."""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest candidate, or an empty string."""
    close = difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
