"""From bytes to the numbers a network sees."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from harness.errors import DataError

Scaling = Literal["none", "unit", "standardized"]

_SLAB = 4096  # images squared at a time, so that no large copy is made


def scale(scaling: Scaling, train: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Scale all splits alike.

    'none' gives 0 to 255 and 'unit' 0 to 1. 'standardized' subtracts from each pixel its mean over the training images,
    then divides by one number, the standard deviation of all values of all training images.

    Args:
        scaling: how.
        train: images to train on, uint8 (n, height, width, channels); the only ones that means are taken of.
        others: other splits of the same shape; may be empty.

    Returns:
        float32 arrays of the same shapes, ``train`` first.

    Raises:
        DataError: for 'standardized' if all values of the training images are equal.
    """
    splits = (train, *others)
    if scaling == "none":
        return [images.astype(np.float32) for images in splits]
    if scaling == "unit":
        return [np.divide(images, np.float32(255), dtype=np.float32) for images in splits]
    mean, deviation = moments(train)
    centred = [np.subtract(images, mean, dtype=np.float32) for images in splits]
    for images in centred:
        images /= deviation
    return centred


def moments(images: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """Return the mean of each pixel, (height, width, channels), and the standard deviation of all values.

    Raises:
        DataError: if all values are equal.
    """
    totals = images.sum(axis=0, dtype=np.int64)
    slabs = (images[start : start + _SLAB] for start in range(0, len(images), _SLAB))
    squares = sum(int(np.square(slab, dtype=np.uint32).sum(dtype=np.int64)) for slab in slabs)
    total, count = int(totals.sum()), images.size
    variance = count * squares - total * total  # times count squared: exact, in Python's integers
    if variance == 0:
        raise DataError(
            f"data.scaling = 'standardized' needs training images that differ somewhere, got {images.flat[0]} "
            "everywhere. Use scaling = 'unit', or check the image files."
        )
    return (totals / len(images)).astype(np.float32), np.float32(math.sqrt(variance) / count)
