"""The two small image sets that come inside Python packages, with our fixed test splits."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np

from harness.errors import DataError

MNIST_5K_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
"""Of the decompressed ``mnist_5k.csv.gz``."""

DIGITS_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
"""Of the pixels (0 to 16) and then the labels of ``load_digits`` as bytes."""

DIGITS_SPLIT_SEED = 0
"""Seed of the one stratified test split of ``digits``."""

_CLASSES = 10
_TEST_PER_CLASS = 100  # of the 500 digits of each class in mnist_5k
_DIGITS_TEST_IMAGES = 360


def parse_mnist_5k(contents: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5,000 digits in the decompressed CSV file: a row each of 784 pixels and, last, the label.

    Returns:
        Pixels, uint8 (5000, 28, 28, 1), and labels, int32 (5000,), sorted by class as in the file.
    """
    import pandas

    table = pandas.read_csv(BytesIO(contents), header=None, dtype=np.uint8).to_numpy()
    return table[:, :-1].reshape(-1, 28, 28, 1), table[:, -1].astype(np.int32)


def split_mnist_5k(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed test split of ``mnist_5k``: the last 100 digits of each class.

    Both parts are interleaved by class: the first digit of 0, of 1, ... of 9, then the second of each, and so on. The
    file is sorted by class; this way "the first 500 images" hold 50 of each.

    Args:
        labels: of the file, (5000,), with the same number of each class.

    Returns:
        Positions of the training images, (4000,), and of the test images, (1000,).
    """
    of_class = np.stack([np.flatnonzero(labels == label) for label in range(_CLASSES)])
    train, test = of_class[:, :-_TEST_PER_CLASS], of_class[:, -_TEST_PER_CLASS:]
    return train.T.ravel(), test.T.ravel()


def load_digits() -> tuple[np.ndarray, np.ndarray, bytes]:
    """Return scikit-learn's 1,797 digits.

    Returns:
        Pixels, uint8 (1797, 8, 8, 1), spread from 0..16 to 0..255; labels, int32 (1797,); and, for a digest, the
        original pixels and labels as bytes.
    """
    from sklearn.datasets import load_digits as sklearn_digits

    digits = sklearn_digits()
    original = digits.images.astype(np.uint8)
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
    contents = original.tobytes() + digits.target.astype(np.uint8).tobytes()
    return pixels, digits.target.astype(np.int32), contents


def split_digits(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed test split of ``digits``, drawn by class with the seed :data:`DIGITS_SPLIT_SEED`, in file order.

    Args:
        labels: (1797,).

    Returns:
        Positions of the training images, (1437,), and of the test images, (360,).
    """
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(
        np.arange(len(labels)), test_size=_DIGITS_TEST_IMAGES, stratify=labels, random_state=DIGITS_SPLIT_SEED
    )
    return np.sort(train), np.sort(test)


def require_digits(contents: bytes, path: Path) -> None:
    """Check that scikit-learn's digits are the ones we know.

    Raises:
        DataError: if they are not.
    """
    got = sha256(contents).hexdigest()
    if got != DIGITS_SHA256:
        raise DataError(
            f"{path}: the SHA-256 of its pixels and labels must be {DIGITS_SHA256}, got {got}. Reinstall scikit-learn."
        )
