"""The mistakes a network is surest of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3
_DPI = 100
_CELL, _IMAGE, _CAPTION, _HEAD = 250, 196, 46, 30
"""Pixels: side of a cell, of the image in it, height of the caption above it, of the title above all."""


class Mistakes(NamedTuple):
    """Images taken for another class, the most confident mistake first.

    Attributes:
        indices: positions of the images, (k,).
        true: their classes, (k,).
        predicted: the classes they were taken for, (k,).
        confidence: probability given to the predicted class, (k,), 0 to 1.
    """

    indices: np.ndarray
    true: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray


def most_confident_mistakes(probabilities: np.ndarray, labels: np.ndarray, count: int = 9) -> Mistakes:
    """Find the mistakes with the highest probability on the wrong class; among equals the first image comes first.

    Args:
        probabilities: of each class for each image, (n, classes).
        labels: true classes, (n,).
        count: how many at most.
    """
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(labels)), predicted]
    wrong = np.flatnonzero(predicted != labels)
    indices = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    return Mistakes(indices, labels[indices], predicted[indices], confidence[indices])


def draw_mistakes(pixels: np.ndarray, mistakes: Mistakes, class_names: Sequence[str]) -> Figure:
    """Draw the images in three columns, each with its true and its predicted class above it, pixel by pixel.

    Images are put down as they are, without axes: a figure takes a tenth of a second, and every trial draws one.

    Args:
        pixels: all images that ``mistakes.indices`` points into, uint8 (n, height, width, channels). Three channels
            are drawn in colour; any other number as the grey of their mean.
        mistakes: what to draw.
        class_names: by label.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    count = len(mistakes.indices)
    rows = max(1, -(-count // _COLUMNS))
    width, height = _COLUMNS * _CELL, rows * _CELL + _HEAD
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    FigureCanvasAgg(figure)
    if not count:
        figure.text(0.5, 0.5, "No mistakes", ha="center", va="center", fontsize=14)
        return figure
    figure.text(0.5, 1 - 8 / height, "The most confident mistakes", ha="center", va="top", fontsize=12)
    for place in range(count):
        row, column = divmod(place, _COLUMNS)
        image = _enlarge(pixels[mistakes.indices[place]])
        left = column * _CELL + (_CELL - image.shape[1]) // 2
        top = height - _HEAD - row * _CELL - _CAPTION
        figure.figimage(image, left, top - image.shape[0], cmap="gray", vmin=0, vmax=255, origin="upper")
        middle = (column + 0.5) * _CELL / width
        caption = _caption(mistakes, place, class_names)
        figure.text(middle, (top + 5) / height, caption, ha="center", va="bottom", fontsize=10)
    return figure


def _enlarge(image: np.ndarray) -> np.ndarray:
    """Return an image (height, width, channels) at the size it is drawn in: whole multiples or parts of its pixels."""
    if image.shape[-1] != 3:
        image = image.mean(axis=-1)
    side = max(image.shape[:2])
    if side > _IMAGE:
        step = -(-side // _IMAGE)
        return image[::step, ::step]
    times = _IMAGE // side
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _caption(mistakes: Mistakes, place: int, class_names: Sequence[str]) -> str:
    true, predicted = (class_names[int(label)] for label in (mistakes.true[place], mistakes.predicted[place]))
    separator = "\n" if len(true) + len(predicted) > 4 else " "  # long names would run into the next image
    return f"true {true},{separator}predicted {predicted} ({100 * mistakes.confidence[place]:.0f} %)"
