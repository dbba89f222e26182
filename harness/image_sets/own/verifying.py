"""Whether images of one's own can be read: every picture is opened, every array read to its end."""

from __future__ import annotations

from pathlib import Path

from harness.errors import DataError
from harness.image_sets.base import FileCheck
from harness.image_sets.own.arrays import check_arrays
from harness.image_sets.own.finding import has_test
from harness.image_sets.own.images import contents_of, is_arrays, require_place
from harness.image_sets.own.layout import find_layout
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.shelf import open_shelf
from harness.pictures import open_picture


def verify_own(place: Path) -> list[FileCheck]:
    """Check images of one's own, whatever size and kind they have.

    Returns:
        A row for the whole, with the SHA-256 of its contents, and one for each picture that cannot be read.
    """
    try:
        require_place(place)
        digest = contents_of(place)
        if is_arrays(place):
            check_arrays(place)
            return [FileCheck(place, digest, None)]
        with open_shelf(place) as shelf:
            layout = find_layout(shelf, Reading(test=None if has_test(shelf) else 0.2))
            rows = []
            for name in (*layout.train, *layout.test):
                try:
                    open_picture(place / name, shelf.read(name))
                except DataError as error:
                    rows.append(FileCheck(place / name, "", str(error).removeprefix(f"{place / name}: ")))
    except DataError as error:
        return [FileCheck(place, "", str(error).removeprefix(f"{place}: "))]
    return rows or [FileCheck(place, digest, None)]
