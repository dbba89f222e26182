"""The four IDX files that MNIST, Fashion-MNIST and folders of one's own come as: finding, reading, checking them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import DataError, not_found
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts, class_names
from harness.image_sets.sources.idx import Kind, hash_contents, parse_idx, read_idx
from harness.image_sets.sources.places import is_file, is_folder

if TYPE_CHECKING:
    import numpy as np

HELD = "four IDX files"
"""What is in such a folder, in words."""


class IdxFile(NamedTuple):
    """One of the four files.

    Attributes:
        stem: how its name begins.
        kind: what it holds.
    """

    stem: str
    kind: Kind

    @property
    def name(self) -> str:
        """The name it was published under, without ``.gz``: ``train-images-idx3-ubyte``."""
        return f"{self.stem}-idx{3 if self.kind == 'images' else 1}-ubyte"

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it may have. Plain files come first: they need no decompression."""
        dimensions = (3, 4) if self.kind == "images" else (1,)
        plain = [f"{self.stem}{mark}idx{count}-ubyte" for count in dimensions for mark in "-."]
        return (*plain, *(f"{name}.gz" for name in plain))


IDX_FILES = (
    IdxFile("train-images", "images"),
    IdxFile("train-labels", "labels"),
    IdxFile("t10k-images", "images"),
    IdxFile("t10k-labels", "labels"),
)

Require = Callable[[IdxFile, bytes, Path], None]
"""Raises DataError if decompressed contents, from a path, are not those that a file must have."""


def anything(file: IdxFile, contents: bytes, path: Path) -> None:
    """Require nothing of the contents."""


def find_four(folder: Path) -> tuple[Path | None, ...]:
    """Return the path of each of the four files in a folder, None for one that is missing."""
    return tuple(next((folder / name for name in file.names if is_file(folder / name)), None) for file in IDX_FILES)


def locate_four(folders: Sequence[Path]) -> Location | None:
    """Return the first of some folders that has all four files, or None."""
    for folder in folders:
        files = tuple(file for file in find_four(folder) if file)
        if len(files) == len(IDX_FILES):
            return Location(folder, files)
    return None


def require_four(folder: Path, subfolders: Sequence[str] = ()) -> Location:
    """Return where the four files are in a folder that a study names, or in one of its sub-folders.

    Raises:
        DataError: if the folder or a file is not there.
    """
    rule = f"data.folder must name the folder with the {HELD}"
    if not is_folder(folder):
        raise DataError(f"{folder}: {not_found(folder)}. {rule}, absolute or relative to the working directory.")
    candidates = [*(folder / name for name in subfolders), folder]
    best = max(candidates, key=lambda place: _count(find_four(place)))
    files = find_four(best)
    if not _count(files):
        best = folder
    missing = [file.name for file, there in zip(IDX_FILES, files, strict=True) if there is None]
    if missing:
        others = [name for file in IDX_FILES if file.name in missing for name in file.names if (best / name).exists()]
        wrong = f", and {', '.join(others)} is no file" if others else ""
        raise DataError(f"{best}: {', '.join(missing)} (plain or .gz) not found{wrong}. {rule}.")
    return Location(best, tuple(file for file in files if file))


def _count(files: Sequence[Path | None]) -> int:
    return sum(file is not None for file in files)


def read_four(location: Location, require: Require = anything, facts: SetFacts | None = None) -> RawImages:
    """Read the four files.

    Args:
        location: where they are.
        require: checks each of them.
        facts: what is known of the set.

    Raises:
        DataError: if one is damaged, not what is required, or does not go with the others.
    """
    import numpy as np

    digest = hashlib.sha256()
    arrays = []
    for file, path in zip(IDX_FILES, location.files, strict=True):
        contents = read_idx(path, file.kind)
        arrays.append(parse_idx(contents, path, file.kind))
        require(file, contents, path)
        digest.update(contents)
    train_images, train_labels, test_images, test_labels = arrays
    _require_as_many(train_labels, train_images, location.files[1], location.files[0])
    _require_as_many(test_labels, test_images, location.files[3], location.files[2])
    if train_images.shape[1:] != test_images.shape[1:]:
        raise DataError(
            f"{location.files[2]}: images must have the shape {train_images.shape[1:]} of those in "
            f"{location.files[0].name}, got {test_images.shape[1:]}. Use files of one set."
        )
    if len(np.unique(train_labels)) < 2:
        raise DataError(
            f"{location.files[1]}: must hold labels of at least two classes, got {train_labels[0]} alone. There is "
            "nothing to tell apart."
        )
    classes = 1 + int(max(train_labels.max(), test_labels.max()))
    return RawImages(
        train_images,
        train_labels.astype(np.int32),
        test_images,
        test_labels.astype(np.int32),
        class_names(facts, classes),
        digest.hexdigest()[:16],
    )


def verify_four(folder: Path, require: Require = anything) -> list[FileCheck]:
    """Check each of the four files in a folder, whether it is there, and whether labels and images are as many."""
    rows: list[FileCheck] = []
    arrays: list[np.ndarray | None] = []
    files = find_four(folder)
    for index, (file, path) in enumerate(zip(IDX_FILES, files, strict=True)):
        array, digest, problem = None, "", None
        try:
            if path is None:
                raise DataError("is missing. Put it there, plain or with .gz")
            try:
                contents = read_idx(path, file.kind)
            except DataError:  # told beside the digest of what is there instead
                digest = hash_contents(path)
                raise
            digest = hashlib.sha256(contents).hexdigest()
            array = parse_idx(contents, path, file.kind)
            require(file, contents, path)
            images, images_path = (arrays[-1], files[index - 1]) if file.kind == "labels" else (None, None)
            if images is not None and images_path:
                _require_as_many(array, images, path, images_path)
        except DataError as error:
            problem = str(error).removeprefix(f"{path}: ")
        rows.append(FileCheck(path or folder / file.name, digest, problem))
        arrays.append(array)
    return rows


def _require_as_many(labels: np.ndarray, images: np.ndarray, labels_path: Path, images_path: Path) -> None:
    """Check that there is a label for each image."""
    if len(labels) != len(images):
        raise DataError(
            f"{labels_path}: must hold a label for each of the {len(images):,} images in {images_path.name}, "
            f"got {len(labels):,}. Use files of one set."
        )
