from pathlib import Path

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets import digits
from harness.image_sets.digits import DIGITS


def test_the_digits_are_spread_to_255():
    contents = digits.load(Path())
    pixels, labels = digits.parse(contents)
    assert pixels.shape == (1797, 8, 8, 1)
    # The first image begins 0 0 5 13 9 1 0 0, of 16: times 15.9375, rounded.
    assert pixels[0, 0, :, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]
    assert pixels.max() == 255
    assert labels[:3].tolist() == [0, 1, 2]
    assert contents[:8] == bytes([0, 0, 5, 13, 9, 1, 0, 0])
    assert contents[-1797:][:3] == bytes([0, 1, 2])


def test_the_digits_split_keeps_the_shares_of_the_classes():
    labels = digits.parse(digits.load(Path()))[1]
    train, test = digits.split(labels)
    assert (len(train), len(test)) == (1437, 360)
    assert np.abs(np.bincount(labels[test]) - np.bincount(labels) * 360 / 1797).max() < 1
    assert test.tolist() == sorted(test)
    assert len({*train, *test}) == 1797


def test_other_digits_are_refused():
    digits.require(digits.load(Path()), Path("digits"))
    with pytest.raises(DataError, match=r"digits: the SHA-256 of its pixels and labels must be .* Reinstall"):
        digits.require(b"other", Path("digits"))


def test_the_file_of_scikit_learn():
    assert DIGITS.read(DIGITS.fetch()).digest == "87ff0c9e40dc7e2c"
