"""A picture brought to a size and a number of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

Resize = Literal["area", "bilinear", "bicubic", "lanczos", "nearest"]
"""How pixels are made of others. 'area' averages what a pixel covers, and is 'bilinear' where pixels become more."""

Fit = Literal["crop", "stretch", "pad"]
"""What becomes of another aspect ratio: the middle is cut out, it is stretched, or black fills what is left."""

RESIZES: tuple[Resize, ...] = get_args(Resize)
FITS: tuple[Fit, ...] = get_args(Fit)


def resized(image: Image, height: int, width: int, resize: Resize, fit: Fit) -> Image:
    """Return a picture in a size; as it is if it has that already.

    Where pixels become fewer, 'bilinear', 'bicubic' and 'lanczos' widen their kernel, so that none is skipped.

    Args:
        image: mode F or RGB.
        height: in pixels.
        width: in pixels.
        resize: how pixels are made of others.
        fit: what becomes of another aspect ratio.
    """
    from PIL import Image as Images

    if image.size == (width, height):
        return image
    if fit == "pad":
        scale = min(width / image.width, height / image.height)
        inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        canvas = Images.new(image.mode, (width, height))
        canvas.paste(_scaled(image, inner, None, resize), ((width - inner[0]) // 2, (height - inner[1]) // 2))
        return canvas
    return _scaled(image, (width, height), _middle(image, width / height) if fit == "crop" else None, resize)


def _middle(image: Image, ratio: float) -> tuple[float, float, float, float]:
    """Return the largest box (left, top, right, bottom) of an aspect ratio in the middle of a picture."""
    width, height = min(image.width, image.height * ratio), min(image.height, image.width / ratio)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return left, top, left + width, top + height


def _scaled(
    image: Image, size: tuple[int, int], box: tuple[float, float, float, float] | None, resize: Resize
) -> Image:
    from PIL.Image import Resampling

    left, top, right, bottom = box or (0, 0, image.width, image.height)
    shrinks = size[0] <= right - left and size[1] <= bottom - top
    methods = {
        "area": Resampling.BOX if shrinks else Resampling.BILINEAR,
        "bilinear": Resampling.BILINEAR,
        "bicubic": Resampling.BICUBIC,
        "lanczos": Resampling.LANCZOS,
        "nearest": Resampling.NEAREST,
    }
    return image.resize(size, methods[resize], box=(left, top, right, bottom))


def to_pixels(image: Image, channels: int) -> np.ndarray:
    """Return the pixels of a picture, uint8 (height, width, channels).

    One channel of a picture with colours is its lightness, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).

    Args:
        image: mode F or RGB.
        channels: 1 or 3.
    """
    import numpy as np

    if channels == 1 and image.mode != "F":
        image = image.convert("L")
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    pixels = pixels.reshape(image.height, image.width, -1)
    return np.repeat(pixels, channels, axis=2) if pixels.shape[2] < channels else pixels
