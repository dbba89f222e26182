"""A folder, or a zip of one, as names of files that can be read; nothing outside of it is."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from harness.errors import DataError, show_value
from harness.image_sets.sources.cache import stamp_of
from harness.image_sets.sources.places import is_file

MOST_BYTES = 1 << 28
"""Of one file: a zip of some kilobytes can claim to hold terabytes."""

_DEEPEST = 8
_JUNK = ("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin")
"""What systems leave in folders, besides all names that begin with a dot."""


@dataclass(frozen=True)
class Shelf:
    """Files by name.

    Attributes:
        place: the folder or the zip.
        files: names, with slashes, sorted.
        folders: names of all folders, sorted.
        stamps: of each file, what tells one that has changed from the one that was there; none for a zip.
        read: gives the contents of a file by its name, to several threads at once; raises DataError if they cannot be
            read, or are more than 256 MiB.
    """

    place: Path
    files: tuple[str, ...]
    folders: tuple[str, ...]
    stamps: tuple[tuple[int, ...], ...]
    read: Callable[[str], bytes]

    def files_in(self, folder: str) -> list[str]:
        """Return the names of files that lie directly in a folder, without it."""
        return self._files.get(folder, [])

    def folders_in(self, folder: str) -> list[str]:
        """Return the names of folders that lie directly in a folder, without it."""
        return self._folders.get(folder, [])

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        return _by_folder(self.files)

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        return _by_folder(self.folders)


def _by_folder(names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        found.setdefault(folder, []).append(last)
    return found


def is_hidden(name: str) -> bool:
    """Whether a file or folder is none of the user's images: ``.DS_Store``, ``Thumbs.db``, ``__MACOSX``."""
    return name.startswith(".") or name.lower() in _JUNK


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _require_small(file.read(MOST_BYTES + 1), path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. Check its permissions.") from None


def _read_member(archive: zipfile.ZipFile, name: str, place: Path) -> bytes:
    """Unpack a member of a zip into memory."""
    path = place / name
    try:
        with archive.open(name) as file:
            return _require_small(file.read(MOST_BYTES + 1), path)
    except DataError:
        raise
    except (RuntimeError, NotImplementedError) as error:  # a password, a method that is not known
        raise DataError(f"{path}: cannot be unpacked ({error}). Zip the folder anew, without a password.") from None
    except OSError as error:
        raise DataError(f"{place}: cannot be read: {error.strerror or error}.") from None
    except Exception as error:  # of damaged ones: BadZipFile, zlib.error, EOFError, UnicodeDecodeError, struct.error
        raise DataError(f"{path}: is damaged in the zip ({error}). Replace the zip with an intact copy.") from None


def _require_small(contents: bytes, path: Path) -> bytes:
    if len(contents) > MOST_BYTES:
        raise DataError(f"{path}: must have at most {MOST_BYTES >> 20} MiB, got more. Is it a picture?")
    return contents


def is_zip(place: Path) -> bool:
    """Whether a place is a zip, by its name."""
    return place.suffix.lower() == ".zip" and is_file(place)


@contextlib.contextmanager
def open_shelf(place: Path) -> Iterator[Shelf]:
    """Look at all files of a folder or a zip, without reading one.

    A zip is read as it is: nothing is unpacked to disk. Links are followed to files inside the folder alone.

    Raises:
        DataError: for links that lead out, and what cannot be looked at.
    """
    if not is_file(place):
        yield _of_folder(place)
        return
    try:
        archive = zipfile.ZipFile(place)
    except OSError as error:
        raise DataError(f"{place}: cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # of damaged ones: BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error
        raise DataError(f"{place}: is no zip, or is damaged ({error}). Replace it with an intact copy.") from None
    with archive:
        yield _of_zip(place, archive)


def _of_folder(place: Path) -> Shelf:
    files: dict[str, tuple[int, ...]] = {}
    folders, waiting, root = [], [""], place.resolve()
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(place / inside) as found:
                entries = [entry for entry in found if not is_hidden(entry.name)]
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                if entry.is_symlink():
                    _require_inside(place / name, root)
                if entry.is_dir(follow_symlinks=False):
                    _require_shallow(name, place)
                    folders.append(name)
                    waiting.append(name)
                elif entry.is_file():
                    files[name] = stamp_of(entry.stat())
        except OSError as error:
            raise DataError(f"{place / inside}: cannot be looked into: {error.strerror}.") from None
    names = tuple(sorted(files))
    stamps = tuple(files[name] for name in names)
    return Shelf(place, names, tuple(sorted(folders)), stamps, lambda name: _read_file(place / name))


def _require_inside(link: Path, root: Path) -> None:
    """Check that a link leads to a file inside the folder."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        raise DataError(f"{link}: is a link that leads nowhere. Remove it, or put the file there.") from None
    if target.is_dir():
        raise DataError(f"{link}: must be a folder, got a link to one, {target}. Put the folder itself there.")
    if not target.is_relative_to(root):
        raise DataError(f"{link}: must be a file, got a link that leads out of {root}, to {target}. Put a copy there.")


def _require_shallow(name: str, place: Path) -> None:
    if name.count("/") >= _DEEPEST:
        raise DataError(f"{place / name}: lies too deep. A picture lies in the folder of its class.")


def _of_zip(place: Path, archive: zipfile.ZipFile) -> Shelf:
    files: set[str] = set()
    folders: set[str] = set()
    for member in archive.infolist():
        name = member.filename
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
            raise DataError(f"{place}: must hold names inside its folder, got {show_value(name)}. Zip the folder anew.")
        if any(map(is_hidden, path.parts)):
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{place / name}: must be a file, got a link. Zip the folder anew, without links.")
        if name in files:
            raise DataError(f"{place}: must hold each name once, got {show_value(name)} twice. Zip the folder anew.")
        _require_shallow(str(path), place)
        folders.update(str(parent) for parent in path.parents if parent.name)
        (folders if member.is_dir() else files).add(str(path) if member.is_dir() else name)
    names = tuple(sorted(files))
    return Shelf(place, names, tuple(sorted(folders)), (), lambda name: _read_member(archive, name, place))
