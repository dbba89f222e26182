import subprocess
import sys

import numpy as np
import pytest

from harness.insight import Mistakes, draw_mistakes, most_confident_mistakes

PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.05, 0.95], [0.7, 0.3]], np.float32)
LABELS = np.array([0, 0, 0, 0, 1])


def test_the_most_confident_come_first():
    found = most_confident_mistakes(PROBABILITIES, LABELS)
    assert found.indices.tolist() == [3, 1, 2, 4]  # 2 and 4 are equally sure: in file order
    assert found.true.tolist() == [0, 0, 0, 1]
    assert found.predicted.tolist() == [1, 1, 1, 0]
    assert found.confidence == pytest.approx([0.95, 0.8, 0.7, 0.7])
    assert most_confident_mistakes(PROBABILITIES, LABELS, count=1).indices.tolist() == [3]


def test_no_mistakes():
    found = most_confident_mistakes(PROBABILITIES[:1], LABELS[:1])
    assert [len(part) for part in found] == [0, 0, 0, 0]
    figure = draw_mistakes(np.zeros((1, 2, 2, 1), np.uint8), found, ["0", "1"])
    assert [text.get_text() for text in figure.texts] == ["No mistakes"]


def mistakes(count, confidence=0.973):
    return Mistakes(np.arange(count), np.zeros(count, int), np.ones(count, int), np.full(count, confidence))


def captions(figure):
    return [text.get_text() for text in figure.texts]


def test_each_image_says_what_it_is_and_what_it_was_taken_for():
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 2, 2, 1)
    figure = draw_mistakes(pixels, Mistakes(*(part[[3]] for part in mistakes(4))), ["4", "9"])
    assert captions(figure) == ["The most confident mistakes", "true 4, predicted 9 (97 %)"]
    (image,) = figure.images
    assert image.get_array().shape == (196, 196)  # 98 times 2
    assert image.get_array()[::98, ::98].tolist() == [[12, 13], [14, 15]]
    assert image.get_clim() == (0, 255)


def test_long_names_take_two_lines():
    figure = draw_mistakes(np.zeros((1, 2, 2, 1), np.uint8), mistakes(1), ["Ankle boot", "Bag"])
    assert captions(figure)[1] == "true Ankle boot,\npredicted Bag (97 %)"


def test_colour_images_and_two_channels():
    assert draw_mistakes(np.zeros((1, 2, 2, 3), np.uint8), mistakes(1), "ab").images[0].get_array().ndim == 3
    two = np.array([10, 20], np.uint8).reshape(1, 1, 1, 2)
    assert (draw_mistakes(two, mistakes(1), "ab").images[0].get_array() == 15).all()


def test_large_images_are_thinned_out():
    image = draw_mistakes(np.zeros((1, 500, 400, 1), np.uint8), mistakes(1), "ab").images[0]
    assert image.get_array().shape == (167, 134)  # every third pixel


@pytest.mark.parametrize(("count", "size"), [(1, (750, 280)), (3, (750, 280)), (4, (750, 530)), (9, (750, 780))])
def test_three_columns(count, size):
    figure = draw_mistakes(np.zeros((count, 28, 28, 1), np.uint8), mistakes(count), "ab")
    assert len(figure.images) == count
    assert tuple(figure.get_size_inches() * 100) == size
    places = {(image.ox // 250, int(image.oy) // 250) for image in figure.images}
    assert len(places) == count
    assert all(0 <= image.ox <= 750 - 196 and 0 <= image.oy <= size[1] - 196 for image in figure.images)


def test_nothing_is_left_behind_in_pyplot():
    code = (
        "import sys, numpy, harness.insight as insight\n"
        "print(sorted({'sklearn', 'matplotlib', 'keras'} & set(sys.modules)))\n"
        "insight.draw_confusion(numpy.eye(2), 'ab')\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nFalse\n"
