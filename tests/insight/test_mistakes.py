import subprocess
import sys

import numpy as np
import pytest

from harness.insight import Guesses, draw_guesses, draw_mistakes, guesses_of, most_confident_mistakes

PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.05, 0.95], [0.7, 0.3]], np.float32)
LABELS = np.array([0, 0, 0, 0, 1])


def test_the_most_confident_come_first():
    found = most_confident_mistakes(PROBABILITIES, LABELS)
    assert found.indices.tolist() == [3, 1, 2, 4]  # 2 and 4 are equally sure: in file order
    assert found.true.tolist() == [0, 0, 0, 1]
    assert found.predicted.tolist() == [1, 1, 1, 0]
    assert found.confidence == pytest.approx([0.95, 0.8, 0.7, 0.7])
    assert most_confident_mistakes(PROBABILITIES, LABELS, count=1).indices.tolist() == [3]


def test_predictions_of_chosen_images():
    found = guesses_of(PROBABILITIES, LABELS, np.array([4, 0]))
    assert (found.true.tolist(), found.predicted.tolist()) == ([1, 0], [0, 0])
    assert found.confidence == pytest.approx([0.7, 0.9])


def test_no_mistakes():
    found = most_confident_mistakes(PROBABILITIES[:1], LABELS[:1])
    assert [len(part) for part in found] == [0, 0, 0, 0]
    figure = draw_mistakes(np.zeros((1, 2, 2, 1), np.uint8), found, ["0", "1"])
    assert [text.get_text() for text in figure.texts] == ["No mistakes"]


def mistakes(count, confidence=0.973):
    return Guesses(np.arange(count), np.zeros(count, int), np.ones(count, int), np.full(count, confidence))


def captions(figure):
    return [text.get_text() for text in figure.texts]


def test_each_image_says_what_it_is_and_what_it_was_taken_for():
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 2, 2, 1)
    figure = draw_mistakes(pixels, Guesses(*(part[[3]] for part in mistakes(4))), ["4", "9"])
    assert captions(figure) == ["The most confident mistakes", "true 4, predicted 9 (97 %)"]
    drawn = figure.images[0].get_array()
    assert np.unique(drawn[53:249]).tolist() == [12, 13, 14, 15, 160, 255]  # its pixels, the frame, the paper


def test_what_is_right_says_so():
    found = Guesses(np.array([0]), np.array([1]), np.array([1]), np.array([0.5]))
    assert (
        captions(draw_guesses(np.zeros((1, 2, 2, 1), np.uint8), found, "ab", "T"))[1] == "true and predicted b (50 %)"
    )


def test_long_names_take_two_lines():
    figure = draw_mistakes(np.zeros((1, 2, 2, 1), np.uint8), mistakes(1), ["Ankle boot", "Bag"])
    assert captions(figure)[1] == "true Ankle boot,\npredicted Bag (97 %)"


def test_nothing_is_imported_too_early_or_left_behind_in_pyplot():
    code = (
        "import sys, numpy, harness.insight as insight\n"
        "print(sorted({'sklearn', 'matplotlib', 'keras'} & set(sys.modules)))\n"
        "insight.draw_confusion(numpy.eye(2), 'ab')\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nFalse\n"
