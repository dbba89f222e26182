"""Whose code may be executed: what was run here from a file that the user named, and what the user says.

A store may come from anyone, and so may the code in it. Texts of files that a user has named to `harness run` or
`harness validate` are remembered by their digests, on this machine, for this user. Others are executed only if the user
says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from harness.errors import UsageError, printable
from harness.study.code import digest_of


def remember(code: Mapping[str, str]) -> None:
    """Remember texts that the user has named as the files of a study. Where nothing can be written, nothing is kept.

    Args:
        code: file -> text.
    """
    for text in code.values():
        with contextlib.suppress(OSError):  # a home folder that is read-only: the user will be asked
            place = _place(text)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.touch(mode=0o600)


def require_trusted(code: Mapping[str, str], who: str) -> None:
    """Check that code from a store was run on this machine from a file that the user named.

    Args:
        code: file -> text.
        who: needs it, e.g. the run ``plain#3``.

    Raises:
        UsageError: if not; it names files and digests.
    """
    unknown = [f"{printable(file)} (SHA-256 {digest_of(text)[:16]})" for file, text in code.items() if not _knows(text)]
    if unknown:
        raise UsageError(
            f"{who}: is made by code that the store brings along and that was never run here from a file of yours: "
            f"{', '.join(unknown)}. It would be executed with all that you may do. Read it, it is an artifact of the "
            "study's own run; if you trust it, say so with --trust."
        )


def _knows(text: str) -> bool:
    try:
        return _place(text).is_file()
    except OSError:
        return False


def _place(text: str) -> Path:
    from platformdirs import user_state_path

    return user_state_path("harness") / "code" / digest_of(text)
