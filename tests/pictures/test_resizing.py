from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from harness.pictures import RESIZES, resized, to_pixels

WIDE = np.array([[0, 0, 40, 80, 9, 9], [0, 0, 40, 80, 9, 9]], np.float32)
"""2x6: its middle 2x2 is 40 and 80."""


def grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.asarray(values, np.float32))


def numbers(image: Image.Image) -> list[list[int]]:
    return to_pixels(image, 1)[..., 0].tolist()


class TestAspectRatio:
    def test_crop_takes_the_middle(self):
        assert numbers(resized(grey(WIDE), 2, 2, "area", "crop")) == [[40, 80], [40, 80]]
        assert numbers(resized(grey(WIDE.T), 1, 1, "area", "crop")) == [[60]]

    def test_stretch_takes_all(self):
        assert numbers(resized(grey(WIDE), 2, 3, "area", "stretch")) == [[0, 60, 9], [0, 60, 9]]

    def test_pad_fills_up_with_black(self):
        assert numbers(resized(grey(WIDE), 3, 3, "area", "pad")) == [[0, 0, 0], [0, 60, 9], [0, 0, 0]]
        assert numbers(resized(grey(np.full((2, 2), 7)), 2, 4, "area", "pad")) == [[0, 7, 7, 0], [0, 7, 7, 0]]


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
@pytest.mark.parametrize("resize", RESIZES)
def test_of_one_colour_it_stays_so_in_every_way(resize, fit):
    made = resized(Image.new("RGB", (9, 9), (10, 20, 30)), 5, 5, resize, fit)
    assert to_pixels(made, 3).reshape(-1, 3).tolist() == [[10, 20, 30]] * 25


def test_ways_differ():
    values = np.random.default_rng(0).integers(0, 255, (12, 12))
    made = {resize: str(numbers(resized(grey(values), 5, 5, resize, "crop"))) for resize in RESIZES}
    assert len(set(made.values())) == len(RESIZES)


def test_area_is_bilinear_where_pixels_become_more():
    values = np.array([[0, 100], [0, 100]])
    assert numbers(resized(grey(values), 2, 4, "area", "stretch")) == [[0, 25, 75, 100]] * 2


def test_nothing_happens_to_a_picture_of_that_size():
    image = grey(WIDE)
    assert resized(image, 2, 6, "lanczos", "crop") is image


def test_bicubic_and_crop_are_what_pictures_of_a_known_set_always_had():
    image = Image.fromarray(np.random.default_rng(1).integers(0, 255, (31, 47, 3), np.uint8).astype(np.uint8))
    ours = resized(image, 28, 28, "bicubic", "crop")
    assert np.array_equal(np.asarray(ours), np.asarray(ImageOps.fit(image, (28, 28), Image.Resampling.BICUBIC)))
