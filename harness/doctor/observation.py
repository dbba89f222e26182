"""What was looked at, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Observation:
    """One thing that was looked at.

    Attributes:
        topic: what it is about: "versions", "machine", "data", "store".
        state: "ok", "note" for what is worth knowing, "problem" for what must be put right.
        text: what was found, and the fix for a problem.
        mend: puts it right and says what it did; None where only the user can, or nothing need be done. May raise a
            HarnessError.
    """

    topic: str
    state: Literal["ok", "note", "problem"]
    text: str
    mend: Callable[[], str] | None = None
