"""What a study is called that was put aside."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from datetime import UTC, datetime


def name_aside(name: str, known: Collection[str]) -> str:
    """Return what a study is called from now on, by the time that it is: a name that is not among those known."""
    aside = f"{name} until {datetime.now(UTC):%Y-%m-%d %H.%M.%S}"
    others = (f"{aside} ({number})" for number in itertools.count(2))
    return next(free for free in itertools.chain([aside], others) if free not in known)
