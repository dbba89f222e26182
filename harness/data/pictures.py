"""Pictures of one's own, PNG or JPEG, made into images like those of a set.

MNIST's digits were scaled to fit 20x20 pixels with their aspect ratio kept, and moved so that their centre of mass is
the middle of 28x28 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
III.A). In the original files it lies within half a pixel of pixel (14, 14), counted from 0: that is the middle here.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from harness.data.raw import read_raw
from harness.data.sources import find
from harness.errors import DataError
from harness.study import DataSpec

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg")
"""Of the files that are taken from a folder."""

MOST_PIXELS = 50_000_000
"""A picture with more is not decoded: a file of some kilobytes can claim to have billions."""

_WORKING_SIDE = 280
"""Pixels: larger pictures are averaged down to about this first, which takes time and noise away."""

_LEAST_CONTRAST = 8
"""Levels of 255: a picture whose values lie closer together than this is blank."""

_NOISE = 5
"""Ink stands out from the background by this many standard deviations of the picture's border."""

_EDGE = 0.1
"""Share of the darkest ink that a pixel needs to count for the box around it; less is the ringing of a JPEG."""


@dataclass(frozen=True)
class Framing:
    """How the images of a set sit in their frame, and so how a picture is brought there.

    Attributes:
        box: share of the frame that the longer side of the ink fills; None for sets whose images are a whole view.
        centre: what is put in the middle: the ink's centre of mass, or the box around it.
        background: "black" or "white" if the set's images have such a one: pictures with the other one are inverted.
            None leaves them as they are.
    """

    box: float | None
    centre: Literal["mass", "box"] = "box"
    background: Literal["black", "white"] | None = "black"


_FRAMINGS = {
    "mnist": Framing(20 / 28, "mass"),
    "mnist_5k": Framing(20 / 28, "mass"),
    "digits": Framing(1.0),  # 8 pixels high, every one of them, and in the middle from left to right
    "fashion_mnist": Framing(1.0),  # the item's longer side fills 28 pixels
}


def framing(spec: DataSpec, channels: int, folder: Path | None = None) -> Framing:
    """Return how pictures are framed for a set.

    Digits are framed as MNIST's are, or for ``digits`` as those are: filling 8 pixels. A Fashion-MNIST item fills its
    frame. For a set of one's own nothing is known of what is ink: the whole picture is taken, cut to the aspect ratio
    of the frame. If it has one channel and nearly all borders of its training images are black, or white, so is the
    background of pictures made. Colours are never inverted.

    Args:
        spec: `[data]` of the study.
        channels: of its images.
        folder: where to look first for image files; needed for name = 'folder' alone.

    Raises:
        DataError: if the images of a folder are needed, and missing or damaged.
    """
    if spec.name in _FRAMINGS:
        return _FRAMINGS[spec.name]
    if channels != 1:
        return Framing(None, background=None)
    borders = _border(read_raw(find(spec, folder)).train_images[..., 0])
    dark, light = np.percentile(borders, 75) <= 32, np.percentile(borders, 25) >= 223
    return Framing(None, background="black" if dark else "white" if light else None)


def read_picture(path: Path) -> Image:
    """Read a picture: upright by its EXIF orientation, transparency on white, 16 bits with all their levels.

    Args:
        path: a PNG or JPEG file.

    Returns:
        A Pillow image: grey as mode F, 0 to 255 with fractions; anything with colours as mode RGB.

    Raises:
        DataError: one line, if it is not there, no picture, damaged, or has more than 50 million pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    too_many = f"{path}: has more than {MOST_PIXELS:,} pixels, which are the most that are read. Make it smaller."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            image = Image.open(path, formats=("PNG", "JPEG"))  # reads the header alone
        with image:
            if image.width * image.height > MOST_PIXELS:
                raise DataError(too_many)
            return _flatten(ImageOps.exif_transpose(image))
    except DataError:
        raise
    except Image.DecompressionBombError:  # Pillow's own limit, three times as high
        raise DataError(too_many) from None
    except UnidentifiedImageError:
        raise DataError(f"{path}: is not a PNG or JPEG picture, or its beginning is damaged.") from None
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.") from None
    except Exception as error:  # decoders raise what they like on damaged files: SyntaxError, struct.error, ...
        lines = str(getattr(error, "strerror", None) or error).splitlines() or [type(error).__name__]
        raise DataError(f"{path}: cannot be read, it may be damaged: {lines[0]}.") from None


def _flatten(image: Image) -> Image:
    """Return a picture without transparency, as mode F or RGB."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits; converted by Pillow they would be cut off at 255
        values = np.asarray(image).astype(np.float32) * np.float32(255 / 65535)
        clear = image.info.get("transparency")
        if isinstance(clear, int):
            values[np.asarray(image) == clear] = 255
        return Image.fromarray(values)
    if image.has_transparency_data:
        image = _on_background(image.convert("RGBA"))
    if image.mode in ("1", "L", "F"):
        return image.convert("F")
    image = image.convert("RGB")
    red, green, blue = image.split()
    return red.convert("F") if red.tobytes() == green.tobytes() == blue.tobytes() else image


def _on_background(image: Image) -> Image:
    """Return an RGBA picture on white; on black if on white there is nothing to see, as with white ink."""
    from PIL import Image

    for colour in ("white", "black"):
        paper = Image.new("RGBA", image.size, colour)
        flat = Image.alpha_composite(paper, image).convert("RGB")
        if any(band.getextrema()[0] != band.getextrema()[1] for band in flat.split()):
            return flat
    return flat


def fit_picture(image: Image, frame: Framing, shape: tuple[int, int, int]) -> np.ndarray | None:
    """Bring a picture into the frame of a set.

    With a box, ink is what differs from the border of the picture: light on dark, or dark on light, which is inverted.
    Its background becomes 0, its strongest pixel 255.

    Args:
        image: from :func:`read_picture`.
        frame: of the set.
        shape: of its images, (height, width, channels), with 1 or 3 channels.

    Returns:
        uint8 of that shape; None if the picture is blank.
    """
    height, width, channels = shape
    if frame.box is None:
        return _whole_view(image, frame, height, width, channels)
    ink = _ink(image if image.mode == "F" else image.convert("L").convert("F"))
    if ink is None:
        return None
    strong = ink > _EDGE * ink.max()
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(1, round(frame.box * min(height, width)))
    scale = side / max(ink.shape)
    fitted = _resize(ink, *(max(1, round(scale * length)) for length in ink.shape))
    placed = np.zeros((height, width))
    top = _offset(fitted, 0, height, frame.centre)
    left = _offset(fitted, 1, width, frame.centre)
    placed[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted * (255 / fitted.max())
    return np.repeat(np.rint(placed).astype(np.uint8)[..., None], channels, axis=2)


def _whole_view(image: Image, frame: Framing, height: int, width: int, channels: int) -> np.ndarray | None:
    """Return the middle of a picture in the aspect ratio of the frame, without looking for ink."""
    from PIL import Image, ImageOps

    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    if channels == 1 and fitted.mode != "F":
        fitted = fitted.convert("L")
    elif channels == 3 and fitted.mode == "F":
        fitted = Image.merge("RGB", [fitted.convert("L")] * 3)
    pixels = np.clip(np.rint(np.asarray(fitted, dtype=np.float32)), 0, 255).astype(np.uint8)
    pixels = pixels.reshape(height, width, channels)
    if np.ptp(pixels, axis=(0, 1)).max() < _LEAST_CONTRAST:
        return None
    light = np.median(_border(pixels[None, ..., 0])) > 127.5
    return 255 - pixels if frame.background == ("black" if light else "white") else pixels


def _ink(image: Image) -> np.ndarray | None:
    """Return how much ink there is at each pixel, 0 for none, or None if there is none at all."""
    image = image.reduce(max(1, max(image.size) // _WORKING_SIDE))
    values = np.asarray(image, dtype=np.float64)
    border = _border(values[None])
    background = float(np.median(border))
    ink = values - background
    if background > (values.min() + values.max()) / 2:
        ink = -ink
    # by the median of the deviations, so that ink that touches the border does not count as noise
    noise = 1.4826 * float(np.median(np.abs(border - background)))
    ink = np.maximum(ink - _NOISE * noise, 0)
    return None if ink.max() < _LEAST_CONTRAST else ink


def _border(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of images (n, height, width), as one array."""
    sides = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return np.concatenate([side.ravel() for side in sides])


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
