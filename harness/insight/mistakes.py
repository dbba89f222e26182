"""Images with what a network says of them: the first ones, and the mistakes it is surest of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.insight.tiles import Tile, as_shown, draw_tiles, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3
_SIDE = 196


class Guesses(NamedTuple):
    """Some images, and what they were taken for.

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


def guesses_of(probabilities: np.ndarray, labels: np.ndarray, indices: np.ndarray) -> Guesses:
    """Return what the images at some positions were taken for.

    Args:
        probabilities: of each class for each image, (n, classes).
        labels: true classes, (n,).
        indices: positions, (k,).
    """
    predicted = probabilities[indices].argmax(axis=1)
    return Guesses(indices, labels[indices], predicted, probabilities[indices, predicted])


def most_confident_mistakes(probabilities: np.ndarray, labels: np.ndarray, count: int = 9) -> Guesses:
    """Find the mistakes with the highest probability on the wrong class; among equals the first image comes first.

    Args:
        probabilities: of each class for each image, (n, classes).
        labels: true classes, (n,).
        count: how many at most.
    """
    found = guesses_of(probabilities, labels, np.flatnonzero(probabilities.argmax(axis=1) != labels))
    order = np.argsort(-found.confidence, kind="stable")[:count]
    return Guesses(*(part[order] for part in found))


def draw_mistakes(pixels: np.ndarray, mistakes: Guesses, class_names: Sequence[str]) -> Figure:
    """Draw the images in three columns, each with its true and its predicted class above it.

    Args:
        pixels: all images that ``mistakes.indices`` points into, uint8 (n, height, width, channels). Three channels
            are drawn in colour; any other number as the grey of their mean.
        mistakes: what to draw.
        class_names: by label.
    """
    if not len(mistakes.indices):
        figure = new_figure(480, 160)
        figure.text(0.5, 0.5, "No mistakes", ha="center", va="center", fontsize=14)
        return figure
    return draw_guesses(pixels, mistakes, class_names, "The most confident mistakes")


def draw_guesses(pixels: np.ndarray, found: Guesses, class_names: Sequence[str], title: str) -> Figure:
    """Draw images with their true and predicted classes; see :func:`draw_mistakes`."""
    places = range(len(found.indices))
    tiles = [Tile(as_shown(pixels[found.indices[place]]), _caption(found, place, class_names)) for place in places]
    return draw_tiles(tiles, title, _COLUMNS, _SIDE)


def _caption(found: Guesses, place: int, class_names: Sequence[str]) -> str:
    true, predicted = (class_names[int(label)] for label in (found.true[place], found.predicted[place]))
    percent = f"({100 * found.confidence[place]:.0f} %)"
    if found.true[place] == found.predicted[place]:
        return f"true and predicted {true} {percent}"
    separator = "\n" if len(true) + len(predicted) > 4 else " "  # long names would run into the next image
    return f"true {true},{separator}predicted {predicted} {percent}"
