import numpy as np
import pytest

from harness.data import scaling
from harness.data.scaling import scale_of
from harness.errors import DataError

TRAIN = np.array([[0, 255], [2, 51]], np.uint8).reshape(2, 1, 2, 1)
OTHER = np.array([[1, 204]], np.uint8).reshape(1, 1, 2, 1)


def scale(scaling, train, *others):
    found = scale_of(scaling, train)
    return [found.apply(images) for images in (train, *others)]


def test_none_keeps_the_numbers():
    train, other = scale("none", TRAIN, OTHER)
    assert train.dtype == other.dtype == np.float32
    assert train.ravel().tolist() == [0, 255, 2, 51]
    assert other.shape == OTHER.shape


def test_unit_divides_by_255():
    train, other = scale("unit", TRAIN, OTHER)
    assert train.dtype == np.float32
    np.testing.assert_allclose(train.ravel(), [0, 1, 2 / 255, 0.2], rtol=1e-7)
    np.testing.assert_allclose(other.ravel(), [1 / 255, 0.8], rtol=1e-7)


def test_standardized_by_hand():
    """Pixel means are 3 and 5; the values 1 5 5 5 have mean 4, squares 1 + 25 + 25 + 25 = 76, variance 19 - 16 = 3."""
    train = np.array([[1, 5], [5, 5]], np.uint8).reshape(2, 1, 2, 1)
    other = np.array([[0, 9]], np.uint8).reshape(1, 1, 2, 1)
    scaled, others, empty = scale("standardized", train, other, other[:0])
    root = 3**0.5
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.ravel(), [-2 / root, 0, 2 / root, 0], rtol=1e-6)
    np.testing.assert_allclose(others.ravel(), [-3 / root, 4 / root], rtol=1e-6)
    assert empty.shape == (0, 1, 2, 1)


def test_standardized_agrees_with_numpy_over_several_slabs(monkeypatch):
    monkeypatch.setattr(scaling, "_SLAB", 7)
    train = np.random.default_rng(0).integers(0, 256, (50, 4, 3, 2), np.uint8)
    (scaled,) = scale("standardized", train)
    wide = train.astype(np.float64)
    np.testing.assert_allclose(scaled, (wide - wide.mean(axis=0)) / wide.std(), rtol=1e-4, atol=1e-5)


def test_constant_images_cannot_be_standardized():
    constant = np.full((3, 2, 2, 1), 9, np.uint8)
    with pytest.raises(DataError, match=r"data.scaling = 'standardized' needs .* that differ somewhere, got 9 every"):
        scale("standardized", constant)
    assert scale("unit", constant)[0].max() == pytest.approx(9 / 255)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
@pytest.mark.parametrize("how", ["none", "unit", "standardized"])
def test_the_numbers_are_those_of_a_plain_conversion_and_lie_where_engines_take_them(how, dtype):
    pixels = np.random.default_rng(0).integers(0, 256, (50, 7, 5, 3)).astype(dtype)
    found = scale_of(how, pixels.astype(np.uint8))
    expected = pixels.astype(np.float32)
    if found.offset.any():
        expected -= found.offset
    expected /= found.divisor
    scaled = found.apply(pixels)
    assert np.array_equal(scaled, expected)
    assert (scaled.ctypes.data % scaling.ALIGNMENT, scaled.flags.c_contiguous, scaled.dtype) == (0, True, np.float32)
