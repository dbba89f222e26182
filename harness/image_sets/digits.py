"""The 1,797 digits of 8x8 pixels that come with scikit-learn: Alpaydin and Kaynak, 1998, the part for testing."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError
from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.packaged import PackagedSet

if TYPE_CHECKING:
    import numpy as np

_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
_SPLIT_SEED = 0
_IMAGES = 1_797
_TEST_IMAGES = 360


def load(path: Path) -> bytes:  # noqa: ARG001  scikit-learn knows its own file
    """Return the pixels, 0 to 16, and then the labels as bytes."""
    import numpy as np
    from sklearn.datasets import load_digits

    digits = load_digits()
    return bytes(digits.images.astype(np.uint8).tobytes() + digits.target.astype(np.uint8).tobytes())


def require(contents: bytes, path: Path) -> None:
    """Check that scikit-learn's digits are the ones we know.

    Raises:
        DataError: if they are not.
    """
    got = sha256(contents).hexdigest()
    if got != _SHA256:
        raise DataError(
            f"{path}: the SHA-256 of its pixels and labels must be {_SHA256}, got {got}. Reinstall scikit-learn."
        )


def parse(contents: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits.

    Returns:
        Pixels, uint8 (1797, 8, 8, 1), spread from 0..16 to 0..255, and labels, int32 (1797,).
    """
    import numpy as np

    values = np.frombuffer(contents, np.uint8)
    pixels = np.round(values[:-_IMAGES].reshape(_IMAGES, 8, 8, 1) * (255 / 16)).astype(np.uint8)
    return pixels, values[-_IMAGES:].astype(np.int32)


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed test split, drawn by class from one seed, in file order.

    Args:
        labels: (1797,).

    Returns:
        Positions of the training images, (1437,), and of the test images, (360,).
    """
    import numpy as np
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(
        np.arange(len(labels)), test_size=_TEST_IMAGES, stratify=labels, random_state=_SPLIT_SEED
    )
    return np.sort(train), np.sort(test)


DIGITS = PackagedSet(
    name="digits",
    title="Digits 8x8",
    facts=SetFacts(
        image_shape=(8, 8, 1),
        class_names=tuple("0123456789"),
        train_images=_IMAGES - _TEST_IMAGES,
        test_images=_TEST_IMAGES,
        origin="digits.csv.gz of scikit-learn",
        framing=Framing(1.0),  # 8 pixels high, every one of them, and in the middle from left to right
    ),
    package="sklearn",
    path="datasets/data/digits.csv.gz",
    contents=load,
    require=require,
    parse=parse,
    split=split,
)
