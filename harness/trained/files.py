"""Which files are pictures to be classified, and what their names tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harness.data import KINDS, SUFFIXES, UNREAD_SUFFIXES
from harness.errors import UsageError, not_found, printable

SHEET_MARK = "harness predict"
"""What a contact sheet says in its header that it was made by."""


def is_sheet(file: Path) -> bool:
    """Whether a file is a contact sheet, which is no picture to be classified and may be written anew."""
    try:
        with file.open("rb") as opened:
            return f"Software\0{SHEET_MARK}".encode() in opened.read(1000)
    except OSError:  # reading it as a picture will say so
        return False


def find_pictures(place: str | Path) -> list[Path]:
    """Return the pictures of a folder that can be read, by name with numbers in their order; or the one that is named.

    Sub-folders, hidden files and contact sheets are left out; of pictures of other kinds :func:`left_out` tells.

    Raises:
        UsageError: if there is no such folder or file, it may not be read, or the folder has no picture.
    """
    place = Path(place)
    if not place.is_dir():
        if place.is_file():
            return [place]
        what = "is neither a file nor a folder" if place.exists() else not_found(place)
        raise UsageError(f"{place}: {what}. Name a folder with pictures, or one picture.")
    files = [file for file in _visible(place) if file.suffix.lower() in SUFFIXES and not is_sheet(file)]
    if not files:
        others = [printable(file.name) for file in left_out(place)]
        named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        fix = f", got {named}. Convert them" if others else ". Name the folder that holds the pictures"
        raise UsageError(f"{place}: no {KINDS} files in this folder{fix}.")
    return sorted(files, key=_in_order)


def left_out(place: str | Path) -> list[Path]:
    """Return the pictures of a folder that are of kinds that are not read, such as HEIC."""
    place = Path(place)
    if not place.is_dir():
        return []
    return sorted((file for file in _visible(place) if file.suffix.lower() in UNREAD_SUFFIXES), key=_in_order)


def _visible(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if not file.name.startswith(".") and file.is_file()]
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read: {error.strerror}. Check its permissions.") from None


def _in_order(file: Path) -> list[str | int]:
    parts = re.split(r"([0-9]+)", file.name.lower())  # text and numbers take turns, so that like meets like
    return [part if index % 2 == 0 else _number(part) for index, part in enumerate(parts)]


def _number(digits: str) -> int:
    return int(digits[:30])  # a name may have 255, and Python's limit is another


def class_from_name(name: str, class_names: Sequence[str]) -> int | None:
    """Return the class that a file's name tells, or None.

    It is the number that the name begins with, if it stands alone and is one of a class: ``7.png``, ``7_mine.png`` and
    ``7 (2).png`` are a 7, but ``3b.png``, ``70.png`` and ``1.5.png`` tell nothing, nor do dates such as
    ``20240115.png`` or ``1-2-2024.png``. Else it is the class that the name begins with, whatever stands between its
    words: ``ankle-boot 3.jpg``. Of a class with two names, such as ``T-shirt/top``, either will do.
    """
    number = re.match(r"(0|[1-9][0-9]{0,3})(?![^\W_]|\.[0-9])", name)
    if number:
        date = re.match(r"[0-9]{1,4}([-_.:])[0-9]{1,2}\1[0-9]{1,4}(?![0-9])", name)
        return int(number[1]) if int(number[1]) < len(class_names) and not date else None
    for label, class_name in enumerate(class_names):
        for one in (class_name, *class_name.split("/")):
            words = [re.escape(word) for word in re.findall(r"\w+", one)]
            if words and not class_name.isdecimal():
                pattern = r"[\W_]*".join(words) + r"(?![^\W\d_])"
                if re.match(pattern, name, re.IGNORECASE):
                    return label
    return None
