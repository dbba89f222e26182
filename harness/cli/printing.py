"""What commands print with: as wide as the terminal is, elsewhere as wide as what is printed."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 10_000
"""Columns of a file or a pipe: nothing that is printed needs as many."""


def console() -> Console:
    """Return a console that takes text as it is.

    What is not a terminal has no edge, so that nothing is broken or left out there, unless COLUMNS says where it is.
    """
    from rich.console import Console

    made = Console(markup=False, emoji=False, highlight=False)
    if not made.is_terminal and not os.environ.get("COLUMNS"):
        made.width = _WIDE
    return made


def working(at: str) -> contextlib.AbstractContextManager[object]:
    """Return what says on a terminal what is done, as long as it is entered; elsewhere nothing is said.

    Args:
        at: what is done, e.g. "writing the report".
    """
    out = console()
    return out.status(f"{at} ...") if out.is_terminal else contextlib.nullcontext()
