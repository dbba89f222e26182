"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_CLASSES_WITH_COUNTS = 30  # beyond, the numbers would overlap


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count how often each class was taken for each.

    Args:
        labels: true classes, (n,), 0 to classes - 1.
        predicted: predicted classes, (n,), 0 to classes - 1.
        classes: number of classes.

    Returns:
        int64 (classes, classes): rows are true, columns are predicted.

    Raises:
        ValueError: if a class is not below ``classes``; it would not be counted.
    """
    for name, values in (("labels", labels), ("predicted", predicted)):
        if len(values) and not 0 <= values.min() <= values.max() < classes:
            raise ValueError(f"{name} must be 0 to {classes - 1}, got {values.min()} to {values.max()}")
    cells = labels.astype(np.int64) * classes + predicted  # scikit-learn's takes a second of every worker to import
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def draw_confusion(matrix: np.ndarray, class_names: Sequence[str]) -> Figure:
    """Draw a confusion matrix.

    A cell's colour is its share of its row, on a square-root scale: rare mistakes are the ones to look for. One hue
    from light to dark reads the same for the colour-blind. Cells without images have no number.

    Args:
        matrix: counts, (classes, classes), rows true.
        class_names: by label, (classes,).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    classes = len(matrix)
    side = max(4.0, 1.8 + 0.5 * min(classes, _MOST_CLASSES_WITH_COUNTS))
    width = side + 0.9
    long = max(map(len, class_names), default=0) > 2
    # Places are fixed: a layout engine would draw everything twice, for every trial.
    left, below, grid = (1.15, 1.0, side - 1.55) if long else (0.7, 0.65, side - 1.15)
    figure = Figure(figsize=(width, side), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, below / side, grid / width, grid / side))
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1))
    if classes <= _MOST_CLASSES_WITH_COUNTS:
        for true, predicted in zip(*np.nonzero(matrix), strict=True):
            dark = shares[true, predicted] > 0.3
            axes.text(
                predicted,
                true,
                f"{matrix[true, predicted]:,}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "black",
            )
    axes.set_xticks(range(classes), class_names, rotation=45 if long else 0, ha="right" if long else "center")
    axes.set_yticks(range(classes), class_names)
    axes.set(xlabel="predicted class", ylabel="true class", title=_title(matrix))
    place = figure.add_axes(((left + grid + 0.2) / width, (below + 0.1 * grid) / side, 0.18 / width, 0.8 * grid / side))
    bar = figure.colorbar(image, cax=place, ticks=[0, 0.01, 0.05, 0.2, 0.5, 1])
    bar.ax.set_yticklabels(["0", "1 %", "5 %", "20 %", "50 %", "100 %"])
    bar.set_label("share of the true class")
    return figure


def _title(matrix: np.ndarray) -> str:
    right, total = int(np.trace(matrix)), int(matrix.sum())
    return f"{right:,} of {total:,} right ({100 * right / total:.2f} %)" if total else "No images"
