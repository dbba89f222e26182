import subprocess
import sys

import numpy as np
import pytest

from harness.data import check_images, image_facts, load_images
from harness.errors import DataError, StudyError
from harness.study import DataSpec


def test_a_folder_split_and_scaled(idx_folder):
    """Image i is full of 10 i; the last two are held out, and the means of the others, 15, are subtracted."""
    spec = DataSpec(name="folder", folder=str(idx_folder), validation=2, split="last", scaling="standardized")
    data = load_images(spec, seed=0)
    deviation = 125**0.5  # of 0 10 20 30
    assert data.train.images.shape == (4, 2, 3, 1)
    np.testing.assert_allclose(data.train.images[:, 0, 0, 0], np.array([-15, -5, 5, 15]) / deviation, rtol=1e-6)
    np.testing.assert_allclose(data.validation.images[:, 1, 2, 0], np.array([25, 35]) / deviation, rtol=1e-6)
    np.testing.assert_allclose(data.test.images[:, 0, 1, 0], np.array([-14, -4, 6]) / deviation, rtol=1e-6)
    assert data.train.labels.tolist() == [0, 1, 0, 1]
    assert data.validation.labels.tolist() == [0, 1]
    assert data.test.labels.tolist() == [0, 1, 2]
    assert data.test_pixels[:, 0, 0, 0].tolist() == [1, 11, 21]
    assert data.test_pixels.dtype == np.uint8
    assert (data.image_shape, data.classes, data.class_names) == ((2, 3, 1), 3, ("0", "1", "2"))
    assert len(data.digest) == 16


def test_mnist_5k():
    spec = DataSpec(name="mnist_5k", validation=500, train_images=1000)
    data = load_images(spec, seed=3)
    assert data.train.images.dtype == np.float32
    assert data.train.images.max() == 1
    assert np.bincount(data.train.labels).tolist() == [100] * 10
    assert np.bincount(data.validation.labels).tolist() == [50] * 10
    assert np.bincount(data.test.labels).tolist() == [100] * 10
    again, other = load_images(spec, seed=3), load_images(spec, seed=4)
    assert np.array_equal(data.train.images, again.train.images)
    assert not np.array_equal(data.validation.images, other.validation.images)
    assert data.digest == other.digest


def test_no_validation_gives_an_empty_split():
    data = load_images(DataSpec(name="digits", validation=0, scaling="none"), seed=0)
    assert data.validation.images.shape == (0, 8, 8, 1)
    assert data.validation.labels.shape == (0,)
    assert data.train.images.max() == 255


def test_original_mnist_standardized(original_files):
    spec = DataSpec(name="mnist", validation=10_000, split="last", scaling="standardized")
    data = load_images(spec, seed=0, folder=original_files)
    assert data.train.images.shape == (50_000, 28, 28, 1)
    assert abs(float(data.train.images.mean(dtype=np.float64))) < 1e-6
    assert data.test.labels[:4].tolist() == [7, 2, 1, 0]


def test_facts_of_built_in_sets_need_no_file():
    assert image_facts(DataSpec(name="fashion_mnist", validation=0)) == ((28, 28, 1), 60_000)
    assert image_facts(DataSpec(name="digits", validation=0)) == ((8, 8, 1), 1437)


def test_facts_of_a_folder_come_from_one_header(idx_folder):
    spec = DataSpec(name="folder", folder=str(idx_folder), validation=0)
    assert image_facts(spec) == ((2, 3, 1), 6)
    (idx_folder / "train-images-idx3-ubyte.gz").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz: must be gzip"):
        image_facts(spec)


def test_importing_is_fast():
    code = "import sys, harness.data; print(sorted({'sklearn', 'pandas', 'pooch', 'mlxtend'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


class TestImagesOfOnesOwn:
    @pytest.fixture
    def place(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        from PIL import Image

        for number, name in enumerate(
            ("train/a/0", "train/a/1", "train/b/0", "train/b/1", "val/a/0", "val/b/0", "test/a/0", "test/b/0")
        ):
            path = tmp_path / "p" / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (3, 2), (number, 50, 0)).save(path)
        return tmp_path / "p"

    def of(self, place, **keys):
        return DataSpec(name="folder", folder=str(place), **keys)

    def test_what_the_folder_holds_out_is_held_out(self, place):
        data = load_images(self.of(place, validation=2, split="last", scaling="none"), seed=0)
        assert data.train.images[:, 0, 0, 0].tolist() == [0, 2, 1, 3]
        assert data.validation.images[:, 0, 0, 0].tolist() == [4, 5]
        assert (data.class_names, data.image_shape) == (("a", "b"), (2, 3, 3))

    @pytest.mark.parametrize("keys", [{"validation": 2}, {"validation": 3, "split": "last"}, {"validation": 0}])
    def test_another_split_is_refused(self, place, keys):
        with pytest.raises(
            StudyError, match=r"data.split must be 'last' with validation = 2, the images that .*p itself"
        ):
            check_images(self.of(place, **keys))

    def test_a_cross_validation_cuts_all(self, place):
        assert check_images(self.of(place, validation=2, split="k_fold")) == ((2, 3, 3), 6)

    def test_facts_are_known_before_pictures_are_decoded(self, place):
        from harness.image_sets import kept_sets

        assert image_facts(self.of(place, validation=2, split="last", image_size=(5, 4), channels=1)) == ((5, 4, 1), 6)
        assert kept_sets() == []

    def test_standardized_colours_have_a_mean_for_each_pixel_and_channel(self, place):
        data = load_images(self.of(place, validation=2, split="last", scaling="standardized"), seed=0)
        assert data.scale.offset[0, 0].tolist() == [1.5, 50, 0]
        values = np.array([[0, 50, 0], [2, 50, 0], [1, 50, 0], [3, 50, 0]])
        assert data.scale.divisor == np.float32(values.std())
        np.testing.assert_allclose(data.train.images[:, 0, 0], (values - [1.5, 50, 0]) / values.std(), rtol=1e-6)
