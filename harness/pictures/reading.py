"""A PNG, JPEG, WebP, GIF or BMP file as a Pillow image, upright and without transparency."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import DataError, not_found

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

MOST_PIXELS = 50_000_000
"""A picture with more is not decoded: a file of some kilobytes can claim to have billions."""

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_TURNED = (5, 6, 7, 8)
"""EXIF orientations that exchange height and width."""


class Picture(NamedTuple):
    """A picture and how its file holds it.

    Attributes:
        image: a Pillow image: mode F, 0 to 255 with fractions, where all of it is grey; else mode RGB.
        coloured: whether the file is made for colours, even where all that it shows is grey.
    """

    image: Image
    coloured: bool


def read_picture(path: Path) -> Image:
    """Read a picture: upright by its EXIF orientation, transparency on white, 16 bits with all their levels.

    Args:
        path: a PNG, JPEG, WebP, GIF or BMP file; of several pictures in it the first is read.

    Returns:
        A Pillow image: grey as mode F, 0 to 255 with fractions; anything with colours as mode RGB.

    Raises:
        DataError: one line, if it is not there, no picture, damaged, or has more than 50 million pixels.
    """
    return open_picture(path).image


def open_picture(path: Path, contents: bytes | None = None) -> Picture:
    """Read a picture as :func:`read_picture` does, and tell whether its file is made for colours.

    Args:
        path: the file, or for messages what is called so.
        contents: of the file, if they were read already: out of an archive, say.

    Raises:
        DataError: as :func:`read_picture`.
    """
    from PIL import ImageOps

    with _opened(path, contents) as image:
        flat = _flatten(ImageOps.exif_transpose(image))
        grey = image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")
        return Picture(flat, not grey and not (image.mode in ("P", "PA") and flat.mode == "F"))


def picture_head(path: Path, contents: bytes | None = None) -> tuple[int, int]:
    """Return height and width of a picture as it stands upright, from its header alone.

    Args:
        path: as in :func:`open_picture`, like what follows.
        contents: see there.

    Raises:
        DataError: as :func:`read_picture`.
    """
    with _opened(path, contents) as image:
        turned = image.getexif().get(0x0112) in _TURNED
        return (image.width, image.height) if turned else (image.height, image.width)


@contextlib.contextmanager
def _opened(path: Path, contents: bytes | None) -> Iterator[Image]:
    """Open a picture, reading the header alone; what goes wrong while it is open becomes a DataError."""
    from PIL import Image, UnidentifiedImageError

    too_many = f"{path}: has more than {MOST_PIXELS:,} pixels, which are the most that are read. Make it smaller."
    try:
        if contents is None and path.exists() and not path.is_file():  # a pipe would be waited for
            raise DataError(f"{path}: must be a file, got {'a folder' if path.is_dir() else 'a pipe or a device'}.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, whose limit here is lower, and of EXIF that makes no sense
            with Image.open(path if contents is None else BytesIO(contents), formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise DataError(too_many)
                yield image
    except DataError:
        raise
    except Image.DecompressionBombError:  # Pillow's own limit, three times as high
        raise DataError(too_many) from None
    except UnidentifiedImageError:
        raise DataError(f"{path}: is not a {KINDS} picture, or its beginning is damaged.") from None
    except FileNotFoundError:
        raise DataError(f"{path}: {not_found(path)}.") from None
    except Exception as error:  # decoders raise what they like on damaged files: SyntaxError, struct.error, ...
        lines = str(getattr(error, "strerror", None) or error).splitlines() or [type(error).__name__]
        raise DataError(f"{path}: cannot be read, it may be damaged: {lines[0]}.") from None


def _flatten(image: Image) -> Image:
    """Return a picture without transparency, as mode F or RGB."""
    import numpy as np
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
    import numpy as np
    from PIL import Image

    flat = [Image.alpha_composite(Image.new("RGBA", image.size, colour), image) for colour in ("white", "black")]
    on_white, on_black = (max(np.ptp(np.asarray(each)[..., :3], axis=(0, 1))) for each in flat)
    return flat[int(on_white < on_black / 2)].convert("RGB")
