"""The text of a file that a user wrote: a study, or code of the user's."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from harness.errors import StudyError, not_found

MOST_CHARACTERS = 1_000_000
"""Of such a file; those that people write have some thousand."""


def read_text(path: Path, missing: Callable[[], str], too_long: str = "") -> str:
    """Return the text of a file; a pipe or a device would be waited for, or has no end.

    Args:
        path: the file.
        missing: gives the fix for one that is not there: it may look for others.
        too_long: what to ask about one that is too long.

    Raises:
        StudyError: if it is no file, cannot be read, is too long or no UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise StudyError(f"{path}: must be a file, got {'a folder' if path.is_dir() else 'a pipe or a device'}.")
        with path.open(encoding="utf-8-sig") as file:  # Windows' editors put a byte order mark in front
            text = file.read(MOST_CHARACTERS + 1)
    except FileNotFoundError:
        raise StudyError(f"{path}: {not_found(path)}.{missing()}") from None
    except UnicodeDecodeError as error:
        got = f"{error.reason} at byte {error.start:,}"
        if error.object.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            got = "UTF-16, which Windows PowerShell's > writes"
        raise StudyError(f"{path}: must be UTF-8 text, got {got}. Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StudyError(f"{path}: cannot be read: {reason}.") from None
    if len(text) > MOST_CHARACTERS:
        raise StudyError(f"{path}: must have at most {MOST_CHARACTERS:,} characters.{too_long}")
    return text
