"""What a study is called that was put aside, or deleted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from datetime import UTC, datetime

_DELETED = re.compile(r"(?P<name>.+) deleted \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d( \(\d+\))?")


def name_aside(name: str, known: Collection[str]) -> str:
    """Return what a study is called from now on, by the time that it is: a name that is not among those known."""
    return _free(f"{name} until {_now()}", known)


def name_deleted(name: str, known: Collection[str]) -> str:
    """Return what a study is called once it is deleted, by the time that it is: a name that nothing has."""
    return _free(f"{name} deleted {_now()}", known)


def name_before(name: str) -> str | None:
    """Return what a deleted study was called; None of a name that no deleted study has."""
    found = _DELETED.fullmatch(name)
    return found["name"] if found else None


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H.%M.%S}"


def _free(name: str, known: Collection[str]) -> str:
    others = (f"{name} ({number})" for number in itertools.count(2))
    return next(free for free in itertools.chain([name], others) if free not in known)
