"""What is ink in a picture of one's own, whatever light, colour, frame or paper it came with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_CONTRAST = 8
"""Levels of 255: a picture whose values lie closer together than this is blank."""

EDGE = 0.1
"""Share of the darkest ink that a pixel needs to count for the box around it; less is the ringing of a JPEG."""

_WORKING_SIDE = 280
"""Pixels: larger pictures are averaged down to about this first, which takes time and noise away."""

_NOISE = 5
"""Ink stands out from the background by this many standard deviations of the picture's border."""

_UNEVEN = 8
"""Levels of 255: where a tenth of the border is further than this from its middle, and further than its grain explains,
(of noise alone a tenth is beyond 1.6 standard deviations), light is uneven."""

_SMALLEST = 48
"""Pixels: smaller pictures are taken as they are; in them a pixel may be a stroke, and no frame, line or speck."""

_FRAME = 0.25
"""Share of a side that a frame may take from each end."""

_LINE, _SPECK, _GAP = 0.04, 0.005, 0.04
"""Shares: of a side that a ruled line is thick at most; of the ink that a shape has at least; of a side that parts of
one shape may lie apart."""


@dataclass(frozen=True)
class Ink:
    """How much ink there is in a picture.

    Attributes:
        amount: (height, width), 0 for none; None if there is none at all.
        shapes: how many separate shapes it makes.
        uneven: whether the light was so uneven that the answer is unsure.
    """

    amount: np.ndarray | None
    shapes: int = 0
    uneven: bool = False


def find_ink(image: Image, strokes: bool = True) -> Ink:
    """Return the ink of a picture: what differs from its background, light on dark or dark on light.

    Args:
        image: mode F or RGB.
        strokes: whether ink is drawn in strokes, as a digit is. Then colours are told apart by the axis on which they
            differ most; a uniform frame, ruled lines and specks are no ink; and where light is uneven the background
            is what is left when everything narrow is closed (morphological closing; Serra 1982, "Image Analysis and
            Mathematical Morphology"). Else lightness counts, and uneven light is taken for a smooth surface.
    """
    image = image.reduce(max(1, max(image.size) // _WORKING_SIDE))
    values = np.asarray(image if strokes or image.mode == "F" else image.convert("L"), dtype=np.float64)
    values = values if values.ndim == 3 else values[..., None]
    large = min(values.shape[:2]) >= _SMALLEST
    if strokes and large:
        values = _without_frame(values)
    plane = _plane(values)
    background = float(np.median(border(plane[None])))
    dark = background > (plane.min() + plane.max()) / 2
    uneven = large and _is_uneven(plane)
    ink = _above_paper(plane, strokes, background) if uneven else (plane - background) * (-1 if dark else 1)
    # by the median of the deviations, so that ink that touches the border does not count as noise
    noise = _spread(border(ink[None]))
    ink = np.maximum(ink - _NOISE * noise, 0)
    if ink.max() < LEAST_CONTRAST:
        return Ink(None, uneven=uneven)
    unsure = bool(uneven and ink.max() < 2 * _NOISE * noise)
    if not (strokes and large):
        return Ink(ink, 1, unsure)
    ink, shapes = _shapes(_without_lines(ink))
    return Ink(ink if shapes else None, shapes, unsure)


def border(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of images (n, height, width), as one array."""
    sides = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return np.concatenate([side.ravel() for side in sides])


def _spread(values: np.ndarray) -> float:
    """Return the standard deviation that the median of the deviations stands for."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def _is_uneven(plane: np.ndarray) -> bool:
    sides = (plane[0], plane[-1], plane[:, 0], plane[:, -1])
    grain = _spread(np.concatenate([np.diff(side) for side in sides])) / 2**0.5  # neighbours have the same light
    return _far(plane) > max(_UNEVEN, 2.2 * grain)


def _far(plane: np.ndarray) -> float:
    """Return how far the tenth of the border is from its middle that is furthest from it."""
    levels = border(plane[None])
    return float(np.percentile(np.abs(levels - np.median(levels)), 90))


def _plane(values: np.ndarray) -> np.ndarray:
    """Return the picture on the one axis of its colours on which it differs most from the border: (height, width)."""
    if values.shape[-1] == 1:
        return values[..., 0]
    middle = np.median(np.stack([border(values[None, ..., band]) for band in range(3)]), axis=1)
    away = (values - middle).reshape(-1, 3)
    axis = np.linalg.eigh(away.T @ away)[1][:, -1]
    axis = axis if axis.sum() >= 0 else -axis
    plane: np.ndarray = values @ axis / np.abs(axis).sum()
    return plane


def _above_paper(plane: np.ndarray, strokes: bool, background: float) -> np.ndarray:
    """Return how far the ink stands out from a background whose light is uneven."""
    smooth = _surface(plane)
    away = plane - smooth
    dark = bool(-np.percentile(away, 0.5) > np.percentile(away, 99.5))
    sign = -1 if dark else 1
    if not strokes:
        paper = smooth
    elif _far(away) < _far(plane) / 3:
        paper = smooth + sign * _opened(sign * away)
    else:  # no smooth surface: the edge of a shadow, say
        paper = sign * _opened(sign * plane)
    ink = sign * (plane - paper)
    if dark:  # ink takes away a share of the light that there is
        ink = ink * background / np.maximum(paper, max(1.0, background / 8))
    above: np.ndarray = ink - np.median(border(ink[None]))
    return above


def _opened(plane: np.ndarray) -> np.ndarray:
    """Return the background of light strokes: what is narrower than a third of the picture is taken away."""
    from scipy.ndimage import grey_opening

    side = max(plane.shape) // 3
    around = np.pad(plane, min(side, *(length - 1 for length in plane.shape)), "reflect", reflect_type="odd")
    opened = grey_opening(around, size=(side, side))
    margin = (around.shape[0] - plane.shape[0]) // 2
    inner: np.ndarray = opened[margin : margin + plane.shape[0], margin : margin + plane.shape[1]]
    return inner


def _surface(plane: np.ndarray) -> np.ndarray:
    """Return the smooth surface, of second degree, through most of the picture's border."""
    rows, columns = (np.linspace(-1, 1, length) for length in plane.shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y])
    points = np.stack([border(term[None]) for term in terms], axis=1)
    levels, weights = border(plane[None]), np.ones(len(points))
    for _ in range(20):  # reweighted until it minimises absolute deviations, which ink at the border hardly moves
        factors = np.linalg.lstsq(points * weights[:, None], levels * weights, rcond=None)[0]
        weights = 1 / np.sqrt(np.maximum(np.abs(levels - points @ factors), 1e-3))
    surface: np.ndarray = np.tensordot(factors, terms, 1)
    return surface


def _without_frame(values: np.ndarray) -> np.ndarray:
    """Return a picture without the uniform frames around it, if what is inside is a picture too."""
    for _ in range(3):
        inside = _inside(values)
        if inside is None:
            return values
        values = inside
    return values


def _inside(values: np.ndarray) -> np.ndarray | None:
    """Return what lies inside of a uniform frame, None without one."""
    height, width = values.shape[:2]
    rim = np.stack([border(values[None, ..., band]) for band in range(values.shape[-1])])
    colour = np.median(rim, axis=1)
    if (np.abs(rim - colour[:, None]).max(axis=0) < 12).mean() < 0.98:
        return None
    other = np.abs(values - colour).max(axis=-1) > 24
    rows, columns = np.flatnonzero(other.mean(axis=1) > 0.4), np.flatnonzero(other.mean(axis=0) > 0.4)
    if not len(rows) or not len(columns):
        return None
    top, bottom, left, right = rows[0] + 1, rows[-1], columns[0] + 1, columns[-1]  # a pixel at its edge is mixed
    thick = max(top / height, 1 - bottom / height, left / width, 1 - right / width)
    if thick > _FRAME or min(bottom - top, right - left) < _SMALLEST // 2:
        return None
    outside = other.copy()
    outside[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3] = False
    inside = values[top:bottom, left:right]
    rim = np.stack([border(inside[None, ..., band]) for band in range(values.shape[-1])])
    paper = np.median(rim, axis=1)
    frames = np.abs(rim - colour[:, None]).max(axis=0) > 24
    even = np.abs(rim - paper[:, None]).max(axis=0) < 48
    written = np.abs(inside - paper).max(axis=-1) > max(LEAST_CONTRAST, np.abs(paper - colour).max() / 8)
    if outside.any() or frames.mean() < 0.95 or even.mean() < 0.9 or not written[2:-2, 2:-2].any():
        return None
    return inside


def _without_lines(ink: np.ndarray) -> np.ndarray:
    """Return ink without the lines of ruled paper: thin, from edge to edge, and fainter than what is written."""
    for axis in (0, 1):
        turned = ink if axis == 0 else ink.T
        drawn = (turned > EDGE / 2 * ink.max()).mean(axis=1) > 0.8
        edges = np.flatnonzero(np.diff(np.concatenate([[False], drawn, [False]]).astype(int)))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            level = np.median(turned[first:last], axis=1)
            if last - first <= max(2, _LINE * max(ink.shape)) and level.max() < 0.7 * ink.max():
                around = slice(max(0, first - 1), last + 1)  # its blurred edge too
                near = turned[around]
                near = np.maximum(near - 1.5 * np.median(near, axis=1, keepdims=True), 0)
                turned = turned.copy()
                turned[around] = near
        ink = turned if axis == 0 else turned.T
    return ink


def _shapes(ink: np.ndarray) -> tuple[np.ndarray, int]:
    """Return ink without specks and lines of a frame, and how many shapes there are."""
    from scipy.ndimage import binary_dilation, find_objects, label

    strong = ink > EDGE * ink.max()
    reach = max(1, round(_GAP / 2 * max(ink.shape)))
    joined = binary_dilation(strong, np.ones((3, 3)), iterations=reach)
    labels, count = label(joined, np.ones((3, 3)))
    labels = labels * strong
    masses = np.bincount(labels.ravel(), ink.ravel(), minlength=count + 1)
    masses[0] = 0
    boxes = find_objects(labels, count)
    for number, box in enumerate(boxes, start=1):
        others = masses.sum() - masses[number]
        if box is not None and others > 0.02 * masses[number] and _is_frame(labels[box] == number, ink.shape):
            masses[number] = 0
    kept = masses > _SPECK * masses.max()
    if kept.sum() < count:
        ink = np.where(binary_dilation(kept[labels] & strong, np.ones((3, 3)), iterations=2), ink, 0)
    return ink, int((masses > 0.1 * masses.max()).sum())


def _is_frame(part: np.ndarray, picture: tuple[int, ...]) -> bool:
    """Whether a part of the ink, in its box, is the outline of a rectangle about most of the picture."""
    height, width = part.shape
    if height < 0.6 * picture[0] or width < 0.6 * picture[1]:
        return False
    edge = max(3, round(0.06 * max(part.shape)))
    within = part[edge:-edge, edge:-edge]
    sides = (part[:edge].any(axis=0), part[-edge:].any(axis=0), part[:, :edge].any(axis=1), part[:, -edge:].any(axis=1))
    return within.sum() < 0.05 * part.sum() and all(side.mean() > 0.9 for side in sides)
