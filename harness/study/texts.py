"""The text of a file that a user wrote: a study, or code of the user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.errors import StudyError

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
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file.{missing()}") from None
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: must be UTF-8 text, got {error.reason} at byte {error.start:,}. Save it as such."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StudyError(f"{path}: cannot be read: {reason}.") from None
    if len(text) > MOST_CHARACTERS:
        raise StudyError(f"{path}: must have at most {MOST_CHARACTERS:,} characters.{too_long}")
    return text
