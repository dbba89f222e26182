import numpy as np
import pytest

from harness.insight import class_scores, draw_class_scores

LABELS = np.array([0, 0, 0, 0, 1, 1])
PREDICTED = np.array([0, 0, 0, 1, 1, 0])


def test_scores_by_hand():
    """Class 0: 4 images, 3 found, 4 taken for it; class 1: 2 images, 1 found, 2 taken for it; class 2: none."""
    scores = class_scores(LABELS, PREDICTED, 3)
    assert scores.precision == pytest.approx([0.75, 0.5, 0])
    assert scores.recall == pytest.approx([0.75, 0.5, 0])
    assert scores.f1 == pytest.approx([0.75, 0.5, 0])
    assert scores.images.tolist() == [4, 2, 0]


def test_the_weakest_recall_is_on_top():
    scores = class_scores(LABELS, np.array([0, 0, 0, 0, 0, 1]), 2)
    (axes,) = draw_class_scores(scores, ["cat", "dog"]).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]  # upwards
    precision, recall = (marks.get_offsets() for marks in axes.collections[1:])
    assert recall.tolist() == [[1.0, 0.0], [0.5, 1.0]]
    assert precision[:, 0].tolist() == pytest.approx([0.8, 1.0])
