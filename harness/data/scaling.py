"""From bytes to the numbers a network sees."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from harness.errors import DataError

Scaling = Literal["none", "unit", "standardized"]

ALIGNMENT = 64
"""Bytes: what TensorFlow and JAX ask of an array in memory that they use as it is."""

_SLAB = 4096  # images squared at a time, so that no large copy is made


class Scale(NamedTuple):
    """What a network sees of a pixel's value: ``(value - offset) / divisor``.

    Attributes:
        offset: of each pixel, float32 (height, width, channels).
        divisor: one number for all.
    """

    offset: np.ndarray
    divisor: np.float32

    def apply(self, images: np.ndarray) -> np.ndarray:
        """Return images (n, height, width, channels) with values from 0 to 255 as float32, scaled."""
        scaled = _aligned(images.shape)
        scaled[...] = images
        if self.offset.any():
            scaled -= self.offset
        if self.divisor != 1:
            scaled /= self.divisor
        return scaled


def _aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Return an array, float32, at an address that engines can take it from without a copy."""
    size = 4 * math.prod(shape)
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    array: np.ndarray = memory[start : start + size].view(np.float32).reshape(shape)
    return array


def scale_of(scaling: Scaling, train: np.ndarray) -> Scale:
    """Return how images are scaled.

    'none' keeps 0 to 255 and 'unit' gives 0 to 1. 'standardized' subtracts from each pixel its mean over the training
    images, then divides by one number, the standard deviation of all values of all training images.

    Args:
        scaling: how.
        train: images to train on, uint8 (n, height, width, channels); the only ones that means are taken of.

    Raises:
        DataError: for 'standardized' if all values of the training images are equal.
    """
    if scaling == "standardized":
        return Scale(*_moments(train))
    return Scale(np.zeros(train.shape[1:], np.float32), np.float32(1 if scaling == "none" else 255))


def _moments(images: np.ndarray) -> tuple[np.ndarray, np.float32]:
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
