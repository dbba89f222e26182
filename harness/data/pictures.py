"""Pictures of one's own, PNG, JPEG, WebP, GIF or BMP, made into images like those of a set.

MNIST's digits were scaled to fit 20x20 pixels with their aspect ratio kept, and moved so that their centre of mass is
the middle of 28x28 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
III.A). In the original files it lies within half a pixel of pixel (14, 14), counted from 0: that is the middle here.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.data.borders import LEAST_CONTRAST, border
from harness.data.ink import EDGE, find_ink
from harness.data.raw import read_raw
from harness.errors import DataError
from harness.image_sets import Framing
from harness.study import DataSpec

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp")
"""Of the files that are taken from a folder."""

UNREAD_SUFFIXES = (
    ".heic", ".heif", ".avif", ".tif", ".tiff", ".svg", ".pdf", ".jp2", ".jxl", ".ico", ".tga", ".psd", ".ppm", ".pgm",
    ".pbm", ".pnm", ".apng", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".raw", ".emf", ".wmf",
)  # fmt: skip
"""Of files that are pictures too, but of kinds that are not read."""

KINDS = "PNG, JPEG, WebP, GIF or BMP"

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

MOST_PIXELS = 50_000_000
"""A picture with more is not decoded: a file of some kilobytes can claim to have billions."""


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
    known = spec.image_set.facts
    if known and known.framing:
        return known.framing
    if channels != 1:
        return Framing(None, background=None)
    borders = border(read_raw(spec, folder).train_images[..., 0])
    dark, light = np.percentile(borders, 75) <= 32, np.percentile(borders, 25) >= 223
    return Framing(None, background="black" if dark else "white" if light else None)


def read_picture(path: Path) -> Image:
    """Read a picture: upright by its EXIF orientation, transparency on white, 16 bits with all their levels.

    Args:
        path: a PNG, JPEG, WebP, GIF or BMP file; of several pictures in it the first is read.

    Returns:
        A Pillow image: grey as mode F, 0 to 255 with fractions; anything with colours as mode RGB.

    Raises:
        DataError: one line, if it is not there, no picture, damaged, or has more than 50 million pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    too_many = f"{path}: has more than {MOST_PIXELS:,} pixels, which are the most that are read. Make it smaller."
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise DataError(f"{path}: must be a file, got {'a folder' if path.is_dir() else 'a pipe or a device'}.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, whose limit here is lower, and of EXIF that makes no sense
            with Image.open(path, formats=_FORMATS) as image:  # reads the header alone
                if image.width * image.height > MOST_PIXELS:
                    raise DataError(too_many)
                return _flatten(ImageOps.exif_transpose(image))
    except DataError:
        raise
    except Image.DecompressionBombError:  # Pillow's own limit, three times as high
        raise DataError(too_many) from None
    except UnidentifiedImageError:
        raise DataError(f"{path}: is not a {KINDS} picture, or its beginning is damaged.") from None
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
    """Return an RGBA picture on white; on black if there is much more to see on it, as with white ink."""
    from PIL import Image

    flat = [Image.alpha_composite(Image.new("RGBA", image.size, colour), image) for colour in ("white", "black")]
    on_white, on_black = (max(np.ptp(np.asarray(each)[..., :3], axis=(0, 1))) for each in flat)
    return flat[int(on_white < on_black / 2)].convert("RGB")


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
    """Return the middle of a picture in the aspect ratio of the frame, without looking for ink."""
    from PIL import Image, ImageOps

    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    if channels == 1 and fitted.mode != "F":
        fitted = fitted.convert("L")
    elif channels == 3 and fitted.mode == "F":
        fitted = Image.merge("RGB", [fitted.convert("L")] * 3)
    pixels = np.clip(np.rint(np.asarray(fitted, dtype=np.float32)), 0, 255).astype(np.uint8)
    pixels = pixels.reshape(height, width, channels)
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
