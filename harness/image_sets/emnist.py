"""EMNIST: Cohen, Afshar, Tapson and van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017.

All its splits come in one archive of 562 MB, a work of the United States' government. Its images are stored with rows
and columns exchanged, and are put upright here; the labels of its letters begin at 1, and at 0 here. The SHA-256 of the
archive is that of TensorFlow Datasets.
"""

from __future__ import annotations

import gzip
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError
from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.archive_set import ArchiveSet, Arrays
from harness.image_sets.sources.idx import MOST_BYTES, Kind, parse_idx

if TYPE_CHECKING:
    import numpy as np

_KINDS: tuple[Kind, ...] = ("images", "labels")
_ARCHIVE = "gzip.zip"
_MIRRORS = ("https://biometrics.nist.gov/cs_links/EMNIST/",)
_SHA256 = "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
_FRAMING = Framing(24 / 28, "box")
"""A character keeps its aspect ratio, is in the middle of a square, and has a border of two pixels, says the paper."""


def parse(path: Path, split: str, first_label: int) -> Arrays:
    """Return the images of a split of the archive.

    Args:
        path: the archive.
        split: such as ``letters``.
        first_label: the least label that there is; it becomes 0.

    Raises:
        DataError: if it is damaged, or something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            (train_images, train_labels), (test_images, test_labels) = (
                tuple(_array(archive, f"gzip/emnist-{split}-{part}", kind, path) for kind in _KINDS)
                for part in ("train", "test")
            )
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: is no zip, or is damaged ({error}). Replace it with an intact copy.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}.") from None
    return (
        _upright(train_images), _counted(train_labels, first_label, path),
        _upright(test_images), _counted(test_labels, first_label, path),
    )  # fmt: skip


def _array(archive: zipfile.ZipFile, stem: str, kind: Kind, path: Path) -> np.ndarray:
    name = f"{stem}-{kind}-idx{3 if kind == 'images' else 1}-ubyte.gz"
    try:
        with archive.open(name) as member, gzip.open(member) as opened:
            contents = opened.read(MOST_BYTES + 1)
    except KeyError:
        raise DataError(f"{path}: {name} not found in it.") from None
    except Exception as error:  # EOFError, zlib.error, BadGzipFile, BadZipFile, UnicodeDecodeError
        raise DataError(f"{path}: {name} is damaged: {error}. Replace the archive with an intact copy.") from None
    return parse_idx(contents, path / name, kind)


def _upright(images: np.ndarray) -> np.ndarray:
    """Return images with rows and columns exchanged."""
    import numpy as np

    return np.ascontiguousarray(images.transpose(0, 2, 1, 3))


def _counted(labels: np.ndarray, first: int, path: Path) -> np.ndarray:
    """Return labels counted from 0."""
    import numpy as np

    if labels.min() != first:
        raise DataError(f"{path}: its labels must begin at {first}, got {labels.min()}.")
    return labels.astype(np.int32) - first


EMNIST_LETTERS = ArchiveSet(
    name="emnist_letters",
    title="EMNIST letters",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),  # capital and small letters are one class
        train_images=124_800,
        test_images=20_800,
        origin="gzip.zip of NIST",
        download=562,
        framing=_FRAMING,
    ),
    archive=_ARCHIVE,
    subfolder="emnist",
    mirrors=_MIRRORS,
    sha256=_SHA256,
    parse=partial(parse, split="letters", first_label=1),
)

EMNIST_BALANCED = ArchiveSet(
    name="emnist_balanced",
    title="EMNIST balanced",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),  # others look like their capitals
        train_images=112_800,
        test_images=18_800,
        origin="gzip.zip of NIST",
        download=562,
        framing=_FRAMING,
    ),
    archive=_ARCHIVE,
    subfolder="emnist",
    mirrors=_MIRRORS,
    sha256=_SHA256,
    parse=partial(parse, split="balanced", first_label=0),
)
