"""The paper of a picture of one's own: whether its light is uneven, and how far ink stands out from it then."""

from __future__ import annotations

import numpy as np

from harness.data.borders import border

_UNEVEN = 8
"""Levels of 255: where a tenth of the border is further than this from its middle, and further than its grain explains,
(of noise alone a tenth is beyond 1.6 standard deviations), light is uneven."""


def spread(values: np.ndarray) -> float:
    """Return the standard deviation that the median of the deviations stands for."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def is_uneven(plane: np.ndarray) -> bool:
    """Whether light differs along the border by more than its grain explains."""
    sides = (plane[0], plane[-1], plane[:, 0], plane[:, -1])
    grain = spread(np.concatenate([np.diff(side) for side in sides])) / 2**0.5  # neighbours have the same light
    return _far(plane) > max(_UNEVEN, 2.2 * grain)


def is_touched(plane: np.ndarray) -> bool:
    """Whether ink touches the border: most of that has the same light, and the rest is as far from it as any ink is.

    The edge of a shadow leaves most of the border alike too; but what is written is darker than the shadow.
    """
    background = np.median(border(plane[None]))
    away = np.abs(border(plane[None]) - background)
    farthest = float(np.percentile(np.abs(plane - background), 99.5))
    return float(np.percentile(away, 55)) < _UNEVEN and float(np.percentile(away, 97)) > 0.8 * farthest


def _far(plane: np.ndarray) -> float:
    """Return how far the tenth of the border is from its middle that is furthest from it."""
    levels = border(plane[None])
    return float(np.percentile(np.abs(levels - np.median(levels)), 90))


def above_paper(plane: np.ndarray, strokes: bool, background: float) -> np.ndarray:
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
