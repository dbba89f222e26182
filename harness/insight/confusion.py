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
    from sklearn import metrics

    for name, values in (("labels", labels), ("predicted", predicted)):
        if len(values) and not 0 <= values.min() <= values.max() < classes:
            raise ValueError(f"{name} must be 0 to {classes - 1}, got {values.min()} to {values.max()}")
    if not len(labels):
        return np.zeros((classes, classes), np.int64)
    matrix: np.ndarray = metrics.confusion_matrix(labels, predicted, labels=np.arange(classes))
    return matrix


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
    figure = Figure(figsize=(side + 0.9, side), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
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
    long = max(map(len, class_names), default=0) > 2
    axes.set_xticks(range(classes), class_names, rotation=45 if long else 0, ha="right" if long else "center")
    axes.set_yticks(range(classes), class_names)
    axes.set(xlabel="predicted class", ylabel="true class", title=_title(matrix))
    bar = figure.colorbar(image, ax=axes, ticks=[0, 0.01, 0.05, 0.2, 0.5, 1], shrink=0.8)
    bar.ax.set_yticklabels(["0", "1 %", "5 %", "20 %", "50 %", "100 %"])
    bar.set_label("share of the true class")
    return figure


def _title(matrix: np.ndarray) -> str:
    right, total = int(np.trace(matrix)), int(matrix.sum())
    return f"{right:,} of {total:,} right ({100 * right / total:.2f} %)" if total else "No images"
