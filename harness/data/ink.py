"""What is ink in a picture of one's own, whatever light, colour, frame or paper it came with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.data.borders import LEAST_CONTRAST, SMALLEST, border, without_frame
from harness.data.paper import above_paper, is_touched, is_uneven, spread

if TYPE_CHECKING:
    from PIL.Image import Image

EDGE = 0.1
"""Share of the darkest ink that a pixel needs to count for the box around it; less is the ringing of a JPEG."""

_WORKING_SIDE = 280
"""Pixels: larger pictures are averaged down to about this first, which takes time and noise away."""

_NOISE = 5
"""Ink stands out from the background by this many standard deviations of the picture's border."""

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
    large = min(values.shape[:2]) >= SMALLEST
    if strokes and large:
        values = without_frame(values)
    plane = _plane(values)
    background = float(np.median(border(plane[None])))
    dark = background > (plane.min() + plane.max()) / 2
    uneven = large and is_uneven(plane) and not is_touched(plane)
    ink = above_paper(plane, strokes, background) if uneven else (plane - background) * (-1 if dark else 1)
    # by the median of the deviations, so that ink that touches the border does not count as noise
    noise = spread(border(ink[None]))
    ink = np.maximum(ink - _NOISE * noise, 0)
    unsure = bool(uneven and ink.max() < 2 * _NOISE * noise)
    if ink.max() < LEAST_CONTRAST:
        return Ink(None, uneven=uneven)
    if not (strokes and large):
        return Ink(ink, 1, unsure)
    ink, shapes = _shapes(_without_lines(ink))
    return Ink(ink if shapes else None, shapes, unsure)


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
