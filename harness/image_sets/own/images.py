"""Images of one's own: told apart by what they lie in, looked at, and read through the cache."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.errors import DataError, MissingImages, not_found
from harness.image_sets.base import RawImages
from harness.image_sets.own.arrays import peek_arrays, unpack_arrays
from harness.image_sets.own.decoding import decode_pictures
from harness.image_sets.own.layout import TABLES, find_layout
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.shelf import is_zip, open_shelf
from harness.image_sets.sources.cache import key_of, open_kept, open_or_make, stamp_of
from harness.image_sets.sources.places import is_file, is_folder
from harness.pictures import SUFFIXES, open_picture

HELD = "class folders of pictures, pictures with labels.csv, a zip of either, an .npz file, or four IDX files"
"""What data.folder may name, in words."""

_CHUNK = 1 << 20


def is_arrays(place: Path) -> bool:
    """Whether a place is an ``.npz`` file, by its name."""
    return place.suffix.lower() == ".npz" and is_file(place)


def require_place(place: Path) -> None:
    """Check that a place is a folder, a zip or an ``.npz`` file, by its name.

    Raises:
        DataError: if it is something else.
        MissingImages: if there is nothing.
    """
    rule = f"data.folder must name {HELD}"
    if is_folder(place) or is_arrays(place) or is_zip(place):
        return
    if is_file(place):
        raise DataError(f"{place}: is neither a folder nor a .zip or .npz file. {rule}.")
    raise MissingImages(f"{place}: {not_found(place)}. {rule}; from the working directory or HARNESS_DATA_DIR.")


def watched(place: Path) -> tuple[Path, ...]:
    """Return the paths whose times tell, within a process, that no picture came or went."""
    if is_file(place):
        return (place,)
    with open_shelf(place) as shelf:
        return place, *(place / name for name in shelf.folders)


def read_own(place: Path, reading: Reading) -> RawImages:
    """Return the images of a place, from the cache; into which they are decoded first if they are not there.

    Raises:
        DataError: if they cannot be read, or are nothing to train on.
    """

    def make(folder: Path) -> dict[str, Any]:
        if is_arrays(place):
            return unpack_arrays(place, reading, folder)
        with open_shelf(place) as shelf:
            return decode_pictures(shelf, find_layout(shelf, reading), reading, folder)

    return open_or_make(lambda: _stamp(place, reading), lambda: key_of(contents_of(place), reading.facts()), make)


def peek_own(place: Path, reading: Reading) -> tuple[tuple[int, int, int], int]:
    """Return (height, width, channels) and the number of training images: of a set that was never read, from the names
    of its pictures and the first of them.

    Raises:
        DataError: if there is nothing to train on.
    """
    kept = open_kept(_stamp(place, reading))
    if kept is not None:
        height, width, channels = kept.train_images.shape[1:]
        return (height, width, channels), len(kept.train_labels)
    if is_arrays(place):
        return peek_arrays(place, reading)[:2]
    with open_shelf(place) as shelf:
        layout = find_layout(shelf, reading)
        picture = open_picture(place / layout.train[0], shelf.read(layout.train[0]))
        height, width = reading.image_size or (picture.image.height, picture.image.width)
        return (height, width, reading.channels or (3 if picture.coloured else 1)), len(layout.train)


def _stamp(place: Path, reading: Reading) -> str:
    """Return a name for a set by what the system says of its files."""
    try:
        where = str(place.resolve())
        if place.is_file():
            return key_of(where, stamp_of(place.stat()), reading.facts())
    except OSError as error:
        raise DataError(f"{place}: cannot be looked at: {error.strerror}.") from None
    with open_shelf(place) as shelf:
        return key_of(where, shelf.files, shelf.folders, shelf.stamps, reading.facts())


def contents_of(place: Path) -> str:
    """Return the SHA-256 of what images of one's own are made of: of a file, or of names and contents in a folder.

    Raises:
        DataError: if something cannot be read.
    """
    digest = sha256()
    if place.is_file():
        try:
            with place.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise DataError(f"{place}: cannot be read: {error.strerror}. Check its permissions.") from None
        return digest.hexdigest()
    with open_shelf(place) as shelf:
        for name in shelf.files:
            if Path(name).suffix.lower() in SUFFIXES or Path(name).name.lower() in TABLES:
                digest.update(sha256(name.encode("utf-8", "surrogateescape")).digest())
                digest.update(sha256(shelf.read(name)).digest())
    return digest.hexdigest()
