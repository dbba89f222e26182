from pathlib import Path

import numpy as np
import pytest

from harness.data import packaged
from harness.errors import DataError


def test_mnist_5k_rows_are_pixels_and_then_the_label():
    row = [0] * 784 + [7]
    row[29] = 200  # second row, second column
    pixels, labels = packaged.parse_mnist_5k(",".join(map(str, row)).encode() + b"\n")
    assert pixels.shape == (1, 28, 28, 1)
    assert pixels.dtype == np.uint8
    assert pixels[0, 1, 1, 0] == 200
    assert pixels.sum() == 200
    assert labels.tolist() == [7]


def test_mnist_5k_split_is_the_last_hundred_of_each_class_interleaved():
    labels = np.repeat(np.arange(10), 500)
    train, test = packaged.split_mnist_5k(labels)
    assert train[:12].tolist() == [0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 1, 501]
    assert test[:2].tolist() == [400, 900]
    assert test[-1] == 4999
    assert (len(train), len(test)) == (4000, 1000)
    assert len({*train, *test}) == 5000


def test_digits_are_spread_to_255():
    pixels, labels, contents = packaged.load_digits()
    assert pixels.shape == (1797, 8, 8, 1)
    # The first image begins 0 0 5 13 9 1 0 0, of 16: times 15.9375, rounded.
    assert pixels[0, 0, :, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]
    assert pixels.max() == 255
    assert labels[:3].tolist() == [0, 1, 2]
    assert contents[:8] == bytes([0, 0, 5, 13, 9, 1, 0, 0])
    assert contents[-1797:][:3] == bytes([0, 1, 2])


def test_digits_split_keeps_the_shares_of_the_classes():
    labels = packaged.load_digits()[1]
    train, test = packaged.split_digits(labels)
    assert (len(train), len(test)) == (1437, 360)
    assert np.abs(np.bincount(labels[test]) - np.bincount(labels) * 360 / 1797).max() < 1
    assert test.tolist() == sorted(test)
    assert len({*train, *test}) == 1797


def test_other_digits_are_refused():
    packaged.require_digits(packaged.load_digits()[2], Path("digits"))
    with pytest.raises(DataError, match=r"digits: the SHA-256 of its pixels and labels must be .* Reinstall"):
        packaged.require_digits(b"other", Path("digits"))
