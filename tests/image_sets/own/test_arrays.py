from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets import IMAGE_SETS, Reading
from tests.image_sets.own.conftest import numbers, pixels


def images(*values: int, **size: int) -> np.ndarray:
    return np.stack([pixels(value, **size) for value in values])


def arrays() -> dict[str, np.ndarray]:
    return {
        "x_train": images(0, 1, 2, 3),
        "y_train": np.array([0, 1, 0, 1]),
        "x_test": images(4, 5),
        "y_test": np.array([[1], [0]], np.uint8),
    }


@pytest.fixture
def saved(tmp_path):
    def saved(**arrays: object) -> Path:
        np.savez(tmp_path / "a.npz", **arrays)
        return tmp_path / "a.npz"

    return saved


def test_as_keras_has_them(saved, read):
    raw = read(saved(**arrays()))
    assert (raw.train_images.shape, raw.test_images.shape) == ((4, 4, 6, 3), (2, 4, 6, 3))
    assert (numbers(raw.train_images), raw.train_labels.tolist()) == ([0, 1, 2, 3], [0, 1, 0, 1])
    assert (numbers(raw.test_images), raw.test_labels.tolist()) == ([4, 5], [1, 0])
    assert (raw.class_names, raw.train_labels.dtype) == (("0", "1"), "int32")


def test_as_medmnist_has_them_compressed(tmp_path, read):
    names = {"x_train": "train_images", "y_train": "train_labels", "x_test": "test_images", "y_test": "test_labels"}
    held_out = {"val_images": images(6, 7, 8), "val_labels": np.array([0, 1, 1])}
    np.savez_compressed(tmp_path / "m.NPZ", **{names[name]: array for name, array in arrays().items()}, **held_out)
    (tmp_path / "m.NPZ.npz").rename(tmp_path / "m.NPZ")
    raw = read(tmp_path / "m.NPZ")
    assert (numbers(raw.train_images), raw.held_out) == ([0, 1, 2, 3, 6, 7, 8], 3)


def test_grey_without_an_axis_for_channels(saved, read):
    grey = {**arrays(), "x_train": images(0, 1, 2, 3, channels=1), "x_test": images(4, 5, channels=1)}
    raw = read(saved(**grey))
    assert raw.train_images.shape == (4, 4, 6, 1)


def test_one_pool_and_a_share(saved, read):
    place = saved(x=images(*range(10)), y=np.arange(10) % 2)
    raw = read(place, test=0.4)
    assert (len(raw.train_labels), raw.test_labels.tolist().count(0), raw.test_labels.tolist().count(1)) == (6, 2, 2)
    assert sorted(numbers(raw.train_images) + numbers(raw.test_images)) == list(range(10))
    assert all(number % 2 == label for number, label in zip(numbers(raw.test_images), raw.test_labels, strict=True))


def test_duplicates(saved, read):
    twice = {**arrays(), "x_train": images(0, 4, 2, 3)}
    with pytest.raises(DataError, match=r"image 1: is the same image as image 0 of the test split."):
        read(saved(**twice))
    assert numbers(read(saved(**twice), duplicates="drop").train_images) == [0, 2, 3]


def test_a_look_reads_no_images(saved):
    image_set = IMAGE_SETS["folder"].read_as(Reading(test=0.4))
    place = saved(x=images(*range(10)), y=np.arange(10) % 2)
    assert image_set.peek(image_set.fetch(named=place)) == ((4, 6, 3), 6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": None}, "must hold x_train and y_train, got one of them alone"),
        ({"x_train": None, "y_train": None}, "must hold x_train and y_train or train_images and train_labels or"),
        ({"x_test": None, "y_test": None}, "has no test split of its own. Set data.test = 0.2, or add"),
        ({"x_train": images(0, 1, 2, 3) / 255}, "x_train must be uint8, pixels from 0 to 255, got float64"),
        ({"x_train": np.zeros((4, 3, 4, 6), np.uint8)}, "x_train must have the shape (n, height, width) or"),
        ({"x_train": np.zeros((0, 4, 6, 3), np.uint8)}, "x_train must hold images or labels, got the shape (0,"),
        ({"x_test": images(4, 5, height=5)}, "all images must have one shape, got (4, 6, 3), (5, 6, 3)"),
        ({"y_train": np.arange(3)}, "y_train must have a label for each of the 4 images of x_train, got"),
        ({"y_train": np.eye(4)}, "y_train must have a label for each of the 4 images of x_train, got"),
        ({"y_train": np.array([0.5, 1, 0, 1])}, "y_train must be whole numbers from 0 on, got float64"),
        ({"y_train": np.array([-1, 1, 0, 1])}, "y_train must be whole numbers from 0 on, got -1 to 1"),
        ({"y_train": np.zeros(4, int), "y_test": np.zeros(2, int)}, "must hold labels of at least two classes, got"),
        ({"y_test": np.array([0, 0])}, "has no test image of the class 1"),
        ({"y_test": np.array([0, 2])}, "has no test image of the class 1"),
        ({"x_train": np.array([{}] * 4)}, "x_train must hold numbers, rows first, got objects"),
    ],
)  # fmt: skip
def test_that_is_wrong(saved, read, changes, message):
    given = {name: array for name, array in {**arrays(), **changes}.items() if array is not None}
    with pytest.raises(DataError) as found:
        read(saved(**given))
    assert message in str(found.value)
    assert "\n" not in str(found.value)


def test_a_test_split_and_a_share(saved, read):
    with pytest.raises(DataError, match=r"a.npz: has test split of its own. Remove data.test."):
        read(saved(**arrays()), test=0.2)


def test_a_header_that_lies_takes_no_memory(tmp_path, read):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 1000, 3), }".ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"12")
        for name in ("y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", b"no array")
    with pytest.raises(DataError, match=r"a.npz: "):
        read(tmp_path / "a.npz")


def test_damage(saved, read):
    place = saved(**arrays())
    contents = bytearray(place.read_bytes())
    contents[300] ^= 255
    place.write_bytes(contents)
    with pytest.raises(DataError, match=r"a.npz: x_train is .* \(Bad CRC-32"):
        read(place)
    place.write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"a.npz: is no .npz file, or is damaged"):
        read(place)
