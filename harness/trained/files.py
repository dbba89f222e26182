"""Which files are pictures to be classified, and what their names tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harness.data import SUFFIXES
from harness.errors import UsageError

SHEET_MARK = "harness predict"
"""What a contact sheet says in its header that it was made by."""


def is_sheet(file: Path) -> bool:
    """Whether a file is a contact sheet, which is no picture to be classified and may be written anew."""
    with file.open("rb") as opened:
        return f"Software\0{SHEET_MARK}".encode() in opened.read(1000)


def find_pictures(place: str | Path) -> list[Path]:
    """Return the PNG and JPEG files of a folder, by name with numbers in their order; or the one file that is named.

    Sub-folders, hidden files and contact sheets are left out.

    Raises:
        UsageError: if there is no such folder or file, or the folder has no picture.
    """
    place = Path(place)
    if not place.is_dir():
        if place.exists():
            return [place]
        raise UsageError(f"{place}: no such folder or picture.")
    files = [
        file
        for file in place.iterdir()
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".") and not is_sheet(file)
    ]
    if not files:
        raise UsageError(f"{place}: no PNG or JPEG files in this folder. Name the folder that holds the pictures.")
    return sorted(files, key=_in_order)


def _in_order(file: Path) -> list[str | int]:
    parts = re.split(r"([0-9]+)", file.name.lower())  # text and numbers take turns, so that like meets like
    return [int(part) if index % 2 else part for index, part in enumerate(parts)]


def class_from_name(name: str, class_names: Sequence[str]) -> int | None:
    """Return the class that a file's name tells, or None.

    It is the first character, if that is a digit below the number of classes: ``7_mine.png`` is a 7. Else it is the
    class that the name begins with, whatever stands between its words: ``ankle-boot 3.jpg``. Of a class with two
    names, such as ``T-shirt/top``, either will do.
    """
    if name[:1].isascii() and name[:1].isdigit():
        return int(name[0]) if int(name[0]) < len(class_names) else None
    for label, class_name in enumerate(class_names):
        for one in (class_name, *class_name.split("/")):
            words = [re.escape(word) for word in re.findall(r"\w+", one)]
            if words and re.match(r"[\W_]*".join(words) + r"(?![^\W\d_])", name, re.IGNORECASE):
                return label
    return None
