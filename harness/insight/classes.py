"""How well a network knows each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.insight.tiles import DPI, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ClassScores(NamedTuple):
    """Scores of every class.

    Attributes:
        precision: of the images taken for the class, the share that is of it, (classes,); 0 where none was.
        recall: of the images of the class, the share that was taken for it, (classes,); 0 where there is none.
        f1: harmonic mean of the two, (classes,).
        images: images of the class, (classes,).
    """

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    images: np.ndarray


def class_scores(labels: np.ndarray, predicted: np.ndarray, classes: int) -> ClassScores:
    """Return precision, recall and F1 of every class, by scikit-learn.

    Args:
        labels: true classes, (n,), 0 to classes - 1.
        predicted: predicted classes, (n,).
        classes: number of classes.
    """
    from sklearn.metrics import precision_recall_fscore_support

    scores = precision_recall_fscore_support(labels, predicted, labels=range(classes), zero_division=0)
    return ClassScores(*(np.asarray(part) for part in scores))


def draw_class_scores(scores: ClassScores, class_names: Sequence[str]) -> Figure:
    """Draw precision and recall of each class as two marks on a line, the weakest recall first.

    Args:
        scores: of every class.
        class_names: by label.
    """
    classes = len(scores.recall)
    height = 110 + 26 * classes
    figure = new_figure(640, height)
    letters = max(map(len, class_names), default=1)
    left = 40 + 7 * letters
    axes = figure.add_axes((left / 640, 52 / height, (620 - left) / 640, (height - 110) / height))
    order = np.argsort(-scores.recall, kind="stable")
    places = range(classes)
    axes.hlines(places, scores.precision[order], scores.recall[order], color="0.75", linewidth=2, zorder=1)
    axes.scatter(scores.precision[order], places, marker="s", s=34, color="#0072B2", label="precision", zorder=2)
    axes.scatter(scores.recall[order], places, marker="o", s=34, color="#D55E00", label="recall", zorder=3)
    axes.set_yticks(places, [class_names[label] for label in order])
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    axes.locator_params(axis="x", nbins=6)
    figure.text(0.5, 1 - 9 / height, "Precision and recall of each class", ha="center", va="top", fontsize=11)
    figure.legend(loc="upper right", bbox_to_anchor=(0.98, 1 - 28 / height), ncols=2, frameon=False, fontsize=8)
    figure.set_dpi(DPI)
    return figure
