"""An image set as its files hold it, read and verified once a process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from harness.data import packaged
from harness.data.idx import parse_idx, read_bytes, read_idx
from harness.data.idx_sets import DIGIT_NAMES, IDX_FILES, IDX_SETS, class_names
from harness.data.sources import Location, require_digest
from harness.errors import DataError


@dataclass(frozen=True)
class RawImages:
    """An unscaled image set. The arrays are shared between callers and read-only.

    Attributes:
        train_images: uint8 (n, height, width, channels), all of them, before anything is held out.
        train_labels: int32 (n,).
        test_images: uint8 (m, height, width, channels).
        test_labels: int32 (m,).
        class_names: name of each class, by label.
        digest: first 16 hex digits of the SHA-256 of the decompressed files, one after the other: train images, train
            labels, test images, test labels.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    digest: str


def read_raw(location: Location) -> RawImages:
    """Read an image set, from memory if this process read the same files before.

    Raises:
        DataError: if a file is damaged, is not the one of the built-in set, or does not go with the others.
    """
    try:
        stamps = tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in location.files)
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}. Was it moved?") from None
    return _read(location, stamps)


@lru_cache(maxsize=2)
def _read(location: Location, stamps: tuple[tuple[int, int], ...]) -> RawImages:  # noqa: ARG001  stamps: for the cache
    if location.name == "mnist_5k":
        raw = _read_mnist_5k(location)
    elif location.name == "digits":
        raw = _read_digits(location)
    else:
        raw = _read_idx(location)
    for array in (raw.train_images, raw.train_labels, raw.test_images, raw.test_labels):
        array.setflags(write=False)
    return raw


def _read_idx(location: Location) -> RawImages:
    known = IDX_SETS.get(location.name)
    digest = hashlib.sha256()
    arrays = []
    for index, (file, path) in enumerate(zip(IDX_FILES, location.files, strict=True)):
        contents = read_idx(path, file.kind)
        arrays.append(parse_idx(contents, path, file.kind))
        if known:
            require_digest(contents, path, location.name, known.sha256[index])
        digest.update(contents)
    train_images, train_labels, test_images, test_labels = arrays
    require_as_many(train_labels, train_images, location.files[1], location.files[0])
    require_as_many(test_labels, test_images, location.files[3], location.files[2])
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
        class_names(location.name, classes),
        digest.hexdigest()[:16],
    )


def require_as_many(labels: np.ndarray, images: np.ndarray, labels_path: Path, images_path: Path) -> None:
    """Check that there is a label for each image.

    Raises:
        DataError: if there is not.
    """
    if len(labels) != len(images):
        raise DataError(
            f"{labels_path}: must hold a label for each of the {len(images):,} images in {images_path.name}, "
            f"got {len(labels):,}. Use files of one set."
        )


def _read_mnist_5k(location: Location) -> RawImages:
    contents = read_bytes(location.files[0])
    require_digest(contents, location.files[0], "mnist_5k", packaged.MNIST_5K_SHA256)
    pixels, labels = packaged.parse_mnist_5k(contents)
    return _split(pixels, labels, packaged.split_mnist_5k(labels), contents)


def _read_digits(location: Location) -> RawImages:
    pixels, labels, contents = packaged.load_digits()
    packaged.require_digits(contents, location.files[0])
    return _split(pixels, labels, packaged.split_digits(labels), contents)


def _split(
    pixels: np.ndarray, labels: np.ndarray, positions: tuple[np.ndarray, np.ndarray], contents: bytes
) -> RawImages:
    train, test = positions
    digest = hashlib.sha256(contents).hexdigest()[:16]
    return RawImages(pixels[train], labels[train], pixels[test], labels[test], DIGIT_NAMES, digest)
