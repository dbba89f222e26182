import io

import numpy as np
import pytest

from harness.insight import confusion_matrix, draw_confusion


def test_rows_are_true_and_columns_predicted():
    matrix = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), 4)
    assert matrix.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_no_images():
    assert confusion_matrix(np.array([], int), np.array([], int), 2).tolist() == [[0, 0], [0, 0]]


def test_a_class_that_would_not_be_counted():
    with pytest.raises(ValueError, match=r"predicted must be 0 to 2, got 1 to 3"):
        confusion_matrix(np.array([0, 1]), np.array([1, 3]), 3)


def texts(axes):
    return {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}


def test_the_figure_shows_counts_names_and_the_share_that_is_right():
    figure = draw_confusion(np.array([[1200, 0], [3, 1197]]), ["cat", "dog"])
    axes = figure.axes[0]
    assert texts(axes) == {(0, 0): "1,200", (0, 1): "3", (1, 1): "1,197"}  # (column, row)
    assert axes.get_title() == "2,397 of 2,400 right (99.88 %)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]
    np.testing.assert_allclose(axes.images[0].get_array(), [[1, 0], [0.0025, 0.9975]])
    figure.savefig(file := io.BytesIO())
    assert file.getvalue()[:4] == b"\x89PNG"


def test_a_class_without_images_and_none_at_all():
    assert draw_confusion(np.array([[0, 0], [1, 1]]), "ab").axes[0].get_title() == "1 of 2 right (50.00 %)"
    assert draw_confusion(np.zeros((2, 2), int), "ab").axes[0].get_title() == "No images"


def test_many_classes_are_drawn_without_counts():
    figure = draw_confusion(np.eye(31, dtype=int), [str(label) for label in range(31)])
    assert texts(figure.axes[0]) == {}
