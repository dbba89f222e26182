"""Folders: those that a user names, and the one that a set is downloaded into."""

from __future__ import annotations

from pathlib import Path

from harness.errors import DataError


def named_folder(text: str) -> Path:
    """Return the folder that a user names, ``~`` for one's home.

    Raises:
        DataError: if it is in the home of a user that there is not.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise DataError(f"{text}: no user has such a home. Write the whole path.") from None


def is_folder(place: Path) -> bool:
    """Whether there is such a folder.

    Raises:
        DataError: if the system does not let us look, or the name is too long for it.
    """
    try:
        return place.is_dir()
    except OSError as error:
        raise DataError(f"{place}: cannot be looked at: {error.strerror}.") from None


def is_file(file: Path) -> bool:
    """Whether there is such a file.

    Raises:
        DataError: if the system does not let us look into its folder.
    """
    try:
        return file.is_file()
    except OSError as error:
        raise DataError(f"{file.parent}: cannot be looked into: {error.strerror}. Check its permissions.") from None


def exists(place: Path) -> bool:
    """Whether there is such a folder or file."""
    return is_folder(place) or is_file(place)


def cache_folder(name: str) -> Path:
    """Return the folder that a set is downloaded into."""
    from platformdirs import user_cache_path

    return user_cache_path("cnn-harness") / name
