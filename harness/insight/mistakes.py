"""The mistakes a network is surest of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 3


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
    """Draw the images in a grid of three columns, each titled with its true and its predicted class.

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
    figure = Figure(figsize=(2.4 * _COLUMNS, 2.5 * rows + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    if not count:
        figure.text(0.5, 0.5, "No mistakes", ha="center", va="center", fontsize=14)
        return figure
    figure.suptitle("The most confident mistakes")
    for place, axes in enumerate(figure.subplots(rows, _COLUMNS, squeeze=False).flat):
        axes.set_axis_off()
        if place >= count:
            continue
        image = pixels[mistakes.indices[place]]
        if image.shape[-1] == 3:
            axes.imshow(image)
        else:
            axes.imshow(image.mean(axis=-1), cmap="gray", vmin=0, vmax=255)
        axes.set_title(_caption(mistakes, place, class_names), fontsize=10)
    return figure


def _caption(mistakes: Mistakes, place: int, class_names: Sequence[str]) -> str:
    true, predicted = (class_names[int(label)] for label in (mistakes.true[place], mistakes.predicted[place]))
    separator = "\n" if len(true) + len(predicted) > 4 else " "  # long names would run into the next image
    return f"true {true},{separator}predicted {predicted} ({100 * mistakes.confidence[place]:.0f} %)"
