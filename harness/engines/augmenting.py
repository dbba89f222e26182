"""Augmentation: numbers drawn in NumPy, the same for every backend, and what a compiled program does with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops

from harness.study import Augment, Changes

DRAWN = 10
"""Numbers that say how one image is changed: see :func:`placements`."""

_UNIFORM = 8
"""Numbers drawn for each image, whatever is used of them: so variants with other amounts share them."""


class Draws:
    """An endless stream of how images are changed, batch by batch; how it is taken makes no difference.

    Args:
        augment: the amounts.
        shape: (height, width, channels) of the images.
        batch_size: images in a batch.
        seed: of the stream (NumPy's PCG64).
    """

    def __init__(self, augment: Augment, shape: tuple[int, ...], batch_size: int, seed: int) -> None:
        self._augment, self._shape = augment, shape
        self._size = batch_size if any(augment.changes) else 0
        self._random = np.random.Generator(np.random.PCG64(seed))

    def take(self, steps: int) -> npt.NDArray[np.float32]:
        """Return the numbers of the next steps, (steps, batch size, DRAWN); (steps, 0, DRAWN) if nothing is changed."""
        if not self._size:
            return np.zeros((steps, 0, DRAWN), np.float32)
        uniform = self._random.random((steps * self._size, _UNIFORM))
        return placements(self._augment, uniform, self._shape).reshape(steps, self._size, DRAWN)


def placements(augment: Augment, uniform: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return how images are changed: where each of their pixels comes from, and the square that is cut out.

    An image is mirrored, turned and zoomed about its centre, then moved. Of a pixel at column x and row y, counted from
    0, the source is at column ``a x + b y + c`` and row ``d x + e y + f``. The square of a cutout (DeVries and Taylor
    2017, "Improved Regularization of Convolutional Neural Networks with Cutout") has a centre drawn among all pixels.

    Args:
        augment: the amounts.
        uniform: numbers from 0 to 1, (n, 8): of the shift to the right and down, of mirroring left and right, top and
            bottom, of the angle, the zoom, and the centre of the square.
        shape: (height, width, channels).

    Returns:
        (n, 10): a, b, c, d, e, f, and the square's first column and row, and the ones after its last.
    """
    height, width = shape[:2]
    right, down, mirror_x, mirror_y, turn, size, column, row = uniform.T
    sideways, upright = (np.floor(part * (2 * augment.shift + 1)) - augment.shift for part in (right, down))
    flip_x = np.where((augment.flip in ("horizontal", "both")) & (mirror_x < 0.5), -1.0, 1.0)
    flip_y = np.where((augment.flip in ("vertical", "both")) & (mirror_y < 0.5), -1.0, 1.0)
    angle = np.deg2rad(augment.rotate) * (2 * turn - 1)
    shrink = 1 / (1 + augment.zoom * (2 * size - 1))
    cosine, sine = shrink * np.cos(angle), shrink * np.sin(angle)
    a, b, d, e = flip_x * cosine, flip_x * sine, -flip_y * sine, flip_y * cosine
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    to_x, to_y = centre_x + sideways, centre_y + upright
    c, f = centre_x - a * to_x - b * to_y, centre_y - d * to_x - e * to_y
    left, top = (np.floor(part * side) - augment.cutout // 2 for part, side in ((column, width), (row, height)))
    return np.stack(
        [a, b, c, d, e, f, left, top, left + augment.cutout, top + augment.cutout], axis=1, dtype=np.float32
    )


def change(images: Any, draws: Any, background: Any, changes: Changes) -> Any:
    """Return a batch of images changed; in the backend's own tensors, so that it can be part of a compiled program.

    Between pixels values are interpolated bilinearly; outside of an image is its background.

    Args:
        images: (batch, height, width, channels), scaled.
        draws: (batch, DRAWN), of :class:`Draws`; not looked at if nothing is changed.
        background: a pixel of the fill as it is at each place, (height, width, channels): scaled like the images.
        changes: what is done at all.
    """
    if not any(changes):
        return images
    height, width = images.shape[1:3]
    columns = ops.reshape(ops.arange(width, dtype="float32"), (1, 1, width))
    rows = ops.reshape(ops.arange(height, dtype="float32"), (1, height, 1))
    a, b, c, d, e, f, *square = (draws[:, index, None, None] for index in range(DRAWN))
    ink = images - background
    if changes.moved:
        x, y = a * columns + b * rows + c, d * columns + e * rows + f
        ink = _interpolated(ink, x, y) if changes.resampled else _picked(ink, ops.round(x), ops.round(y))
    if changes.cut:
        left, top, right, bottom = square
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        ink = ops.where(inside[..., None], ops.zeros_like(ink), ink)
    return ink + background


def _interpolated(ink: Any, x: Any, y: Any) -> Any:
    left, top = ops.floor(x), ops.floor(y)
    total = 0.0
    for across, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        share_x = x - left if across else 1 - (x - left)
        share_y = y - top if down else 1 - (y - top)
        total = total + _picked(ink, left + across, top + down) * (share_x * share_y)[..., None]
    return total


def _picked(ink: Any, x: Any, y: Any) -> Any:
    """Return the pixels at whole columns and rows (batch, height, width); 0 outside of the image."""
    count, height, width, channels = ink.shape
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    column, row = ops.clip(x, 0, width - 1), ops.clip(y, 0, height - 1)
    first = ops.reshape(ops.arange(count, dtype="int32") * (height * width), (count, 1, 1))
    places = first + ops.cast(row, "int32") * width + ops.cast(column, "int32")
    found = ops.take(ops.reshape(ink, (count * height * width, channels)), places, axis=0)
    return ops.where(inside[..., None], found, ops.zeros_like(found))
