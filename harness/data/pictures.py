"""Pictures of one's own, PNG, JPEG, WebP, GIF or BMP, made into images like those of a set.

MNIST's digits were scaled to fit 20x20 pixels with their aspect ratio kept, and moved so that their centre of mass is
the middle of 28x28 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
III.A). In the original files it lies within half a pixel of pixel (14, 14), counted from 0: that is the middle here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.data.borders import LEAST_CONTRAST, border
from harness.data.ink import EDGE, find_ink
from harness.data.raw import read_raw
from harness.image_sets import Framing
from harness.pictures import resized, to_pixels
from harness.study import DataSpec

if TYPE_CHECKING:
    from PIL.Image import Image


class Fitted(NamedTuple):
    """A picture in the frame of a set.

    Attributes:
        pixels: uint8 (height, width, channels); None if the picture is blank.
        remark: what the user should know of how it was read, e.g. "2 separate shapes"; empty for nothing.
    """

    pixels: np.ndarray | None
    remark: str = ""


def framing(spec: DataSpec, channels: int, folder: Path | None = None) -> Framing:
    """Return how pictures are framed for a set.

    Digits are framed as MNIST's are, or for ``digits`` as those are: filling 8 pixels. A Fashion-MNIST item fills its
    frame. For a set of one's own nothing is known of what is ink: the whole picture is taken, as `resize` and `fit` of
    `[data]` say if the set's pictures were resized, else cut to the aspect ratio of the frame. If it has one channel
    and nearly all borders of its training images are black, or white, so is the background of pictures made. Colours
    are never inverted.

    Args:
        spec: `[data]` of the study.
        channels: of its images.
        folder: where to look first for image files; needed for name = 'folder' alone.

    Raises:
        DataError: if the images of a folder are needed, and missing or damaged.
    """
    known = spec.image_set.facts
    if known and known.framing:
        return known.framing
    whole = Framing(None, background=None)
    if spec.image_size is not None:  # pictures, made into images in a way that the study says
        whole = replace(whole, resize=spec.reading.resize, fit=spec.reading.fit)
    if channels != 1:
        return whole
    borders = border(read_raw(spec, folder).train_images[..., 0])
    dark, light = np.percentile(borders, 75) <= 32, np.percentile(borders, 25) >= 223
    return replace(whole, background="black" if dark else "white" if light else None)


def fit_picture(image: Image, frame: Framing, shape: tuple[int, int, int]) -> np.ndarray | None:
    """Return the pixels of :func:`frame_picture`; None if the picture is blank."""
    return frame_picture(image, frame, shape).pixels


def frame_picture(image: Image, frame: Framing, shape: tuple[int, int, int]) -> Fitted:
    """Bring a picture into the frame of a set.

    With a box, ink is what differs from the background of the picture: light on dark, or dark on light, which is
    inverted. Its background becomes 0, its strongest pixel 255.

    Args:
        image: from :func:`read_picture`.
        frame: of the set.
        shape: of its images, (height, width, channels), with 1 or 3 channels.
    """
    height, width, channels = shape
    if frame.box is None:
        return Fitted(_whole_view(image, frame, height, width, channels))
    found = find_ink(image, frame.strokes)
    remarks = [f"{found.shapes} separate shapes"] if found.shapes > 1 else []
    remarks += ["uneven light"] if found.uneven else []
    if found.amount is None:
        return Fitted(None, ", ".join(remarks))
    ink = found.amount
    strong = ink > EDGE * ink.max()
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(1, round(frame.box * min(height, width)))
    scale = side / max(ink.shape)
    fitted = _resize(ink, *(max(1, round(scale * length)) for length in ink.shape))
    placed = np.zeros((height, width))
    top = _offset(fitted, 0, height, frame.centre)
    left = _offset(fitted, 1, width, frame.centre)
    placed[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted * (255 / fitted.max())
    pixels = np.repeat(np.rint(placed).astype(np.uint8)[..., None], channels, axis=2)
    return Fitted(pixels, ", ".join(remarks))


def _whole_view(image: Image, frame: Framing, height: int, width: int, channels: int) -> np.ndarray | None:
    """Return a whole picture in the frame, without looking for ink."""
    pixels = to_pixels(resized(image, height, width, frame.resize, frame.fit), channels)
    if np.ptp(pixels, axis=(0, 1)).max() < LEAST_CONTRAST:
        return None
    light = np.median(border(pixels[None, ..., 0])) > 127.5
    return 255 - pixels if frame.background == ("black" if light else "white") else pixels


def _resize(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize, each pixel the average of what it covers; smoothly where pixels become more."""
    from PIL import Image

    shrinks = height <= values.shape[0] and width <= values.shape[1]
    method = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize((width, height), method))


def _offset(fitted: np.ndarray, axis: int, length: int, centre: str) -> int:
    """Return at which pixel of the frame the fitted ink begins, so that all of it stays inside."""
    room: int = length - fitted.shape[axis]
    if centre == "box":
        return room // 2
    mass = fitted.sum(axis=1 - axis)
    middle = float(mass @ np.arange(len(mass)) / mass.sum())
    return min(max(0, math.ceil(length / 2 - 0.5 - middle)), room)
