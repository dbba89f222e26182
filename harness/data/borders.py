"""The border of images, and uniform frames around pictures of one's own."""

from __future__ import annotations

import numpy as np

LEAST_CONTRAST = 8
"""Levels of 255: a picture whose values lie closer together than this is blank."""

SMALLEST = 48
"""Pixels: smaller pictures are taken as they are; in them a pixel may be a stroke, and no frame, line or speck."""

_FRAME = 0.25
"""Share of a side that a frame may take from each end."""


def border(images: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of images (n, height, width), as one array."""
    sides = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return np.concatenate([side.ravel() for side in sides])


def without_frame(values: np.ndarray) -> np.ndarray:
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
    if thick > _FRAME or min(bottom - top, right - left) < SMALLEST // 2:
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
