"""The image set of a study as its files hold it: read once a process, or given by another, where there are no files."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

from harness.errors import DataError
from harness.image_sets import ImageSet, Location, RawImages, named_folder
from harness.study import DataSpec

_given: dict[Hashable, RawImages] = {}


def set_of(spec: DataSpec) -> Hashable:
    """Return what tells the files of a study from those of others: its splits and scaling do not matter."""
    return spec.image_set, spec.folder


def give_raw(spec: DataSpec, raw: RawImages) -> None:
    """Hand this process the images of a study, as another read them: no file of theirs is looked for any more.

    Args:
        spec: `[data]` of the study.
        raw: its images; the arrays stay where they are, in memory that is shared, say.
    """
    _given[set_of(spec)] = raw


def find(spec: DataSpec, folder: Path | None = None) -> Location:
    """Return where the images of a study are, downloading them once if they are nowhere.

    A folder that the study itself names is the only place looked at; images of one's own, named by a relative path that
    leads nowhere from the working directory, may also lie in ``folder``.

    Args:
        spec: `[data]` of the study.
        folder: where to look first if the study names no folder.

    Raises:
        DataError: if the named folder lacks a file, or if the set is nowhere and cannot be downloaded.
    """
    return spec.image_set.fetch(folder, named_folder(spec.folder) if spec.folder else None)


def read_raw(spec: DataSpec, folder: Path | None = None) -> RawImages:
    """Read the images of a study, from memory if they were given, or this process read the same files before.

    The arrays are shared between callers and read-only.

    Args:
        spec: `[data]` of the study.
        folder: as in :func:`find`.

    Raises:
        DataError: as :func:`find`, and if a file is damaged, is not the one of the set, or does not go with the others.
    """
    if (given := _given.get(set_of(spec))) is not None:
        return given
    location = find(spec, folder)
    try:
        stamps = tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in location.files)
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}. Was it moved?") from None
    return _read(spec.image_set, location, stamps)


@lru_cache(maxsize=2)
def _read(image_set: ImageSet, location: Location, stamps: tuple[tuple[int, int], ...]) -> RawImages:  # noqa: ARG001  stamps: for the cache
    raw = image_set.read(location)
    for array in (raw.train_images, raw.train_labels, raw.test_images, raw.test_labels):
        array.setflags(write=False)
    return raw
