"""CIFAR-10: Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the version for C programs.

Its file has no licence of its own; its page asks to cite the report. The SHA-256 is that of TensorFlow Datasets.
"""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError
from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.archive_set import ArchiveSet, Arrays

if TYPE_CHECKING:
    import numpy as np

_FOLDER = "cifar-10-batches-bin"
_TRAIN = tuple(f"{_FOLDER}/data_batch_{number}.bin" for number in range(1, 6))
_TEST = f"{_FOLDER}/test_batch.bin"
_SIDE = 32
_RECORD = 1 + 3 * _SIDE * _SIDE
_MOST_BYTES = 10_000 * _RECORD
"""Of one batch."""


def parse(path: Path) -> Arrays:
    """Return the images of the archive, in the order of the batches.

    Raises:
        DataError: if it is damaged, or a batch is missing or is none.
    """
    import numpy as np

    batches: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if member.name in (*_TRAIN, _TEST) and member.isfile() and member.size <= _MOST_BYTES:
                    opened = archive.extractfile(member)
                    batches[member.name] = opened.read() if opened else b""
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: is damaged: {error}. Replace it with an intact copy.") from None
    missing = [name for name in (*_TRAIN, _TEST) if name not in batches]
    if missing:
        raise DataError(f"{path}: {missing[0]} not found in it, with {_RECORD} bytes an image.")
    train, test = ([_batch(batches[name], f"{path}: {name}") for name in names] for names in (_TRAIN, (_TEST,)))
    pixels, labels = (np.concatenate([batch[part] for batch in train]) for part in (0, 1))
    return pixels, labels, *test[0]


def _batch(contents: bytes, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images of a batch: a label, and then the red, the green and the blue values row by row."""
    import numpy as np

    if not contents or len(contents) % _RECORD:
        raise DataError(f"{where} must have {_RECORD} bytes an image, got {len(contents):,} bytes.")
    records = np.frombuffer(contents, np.uint8).reshape(-1, _RECORD)
    pixels = records[:, 1:].reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), records[:, 0].astype(np.int32)


CIFAR10 = ArchiveSet(
    name="cifar10",
    title="CIFAR-10",
    facts=SetFacts(
        image_shape=(_SIDE, _SIDE, 3),
        class_names=(
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
        ),
        train_images=50_000,
        test_images=10_000,
        origin="cifar-10-binary.tar.gz of Krizhevsky, University of Toronto",
        download=170,
        framing=Framing(None, background=None),
    ),
    archive="cifar-10-binary.tar.gz",
    subfolder="cifar10",
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    parse=parse,
)  # fmt: skip
