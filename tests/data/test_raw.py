import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from harness.data import locate
from harness.data.raw import read_raw
from harness.data.sources import find
from harness.errors import DataError
from harness.study import IMAGE_SETS, DataSpec


def location(folder: Path, name: str = "folder"):
    return find(DataSpec(name=name, folder=str(folder), validation=0))


def test_a_folder(idx_folder):
    raw = read_raw(location(idx_folder))
    assert raw.train_images.shape == (6, 2, 3, 1)
    assert raw.train_images[:, 0, 0, 0].tolist() == [0, 10, 20, 30, 40, 50]
    assert raw.train_labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert raw.train_labels.dtype == np.int32
    assert raw.test_images[:, 1, 2, 0].tolist() == [1, 11, 21]
    assert raw.class_names == ("0", "1", "2")  # class 2 is in the test labels alone


def test_the_digest_is_of_the_decompressed_files(idx_folder):
    contents = b"".join(
        [
            bytes([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 3]),
            bytes(value for image in range(6) for value in [image * 10] * 6),
            bytes([0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 0, 1, 0, 1]),
            bytes([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3]),
            bytes(value for image in range(3) for value in [image * 10 + 1] * 6),
            bytes([0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]),
        ]
    )
    assert read_raw(location(idx_folder)).digest == hashlib.sha256(contents).hexdigest()[:16]


def test_a_set_is_read_once_and_again_when_a_file_changes(idx_folder, write_idx):
    first = read_raw(location(idx_folder))
    assert read_raw(location(idx_folder)) is first
    write_idx(idx_folder / "t10k-labels.idx1-ubyte.gz", np.array([0, 1, 3]))
    assert read_raw(location(idx_folder)).class_names == ("0", "1", "2", "3")


def test_what_is_shared_cannot_be_written(idx_folder):
    raw = read_raw(location(idx_folder))
    for array in (raw.train_images, raw.train_labels, raw.test_images, raw.test_labels):
        with pytest.raises(ValueError, match=r"read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        (
            "train-labels-idx1-ubyte",
            np.zeros(5),
            "train-labels-idx1-ubyte: must hold a label for each of the 6 images in train-images-idx3-ubyte.gz, got 5",
        ),
        (
            "t10k-images.idx3-ubyte",
            np.zeros((3, 3, 3)),
            "t10k-images.idx3-ubyte: images must have the shape (2, 3, 1) of those in train-images-idx3-ubyte.gz, got",
        ),
        ("t10k-images.idx3-ubyte", np.zeros(3), "t10k-images.idx3-ubyte: must hold images"),
    ],
)
def test_files_that_do_not_go_together(idx_folder, write_idx, name, array, message):
    write_idx(idx_folder / name, array)
    with pytest.raises(DataError, match=re.escape(message)):
        read_raw(location(idx_folder))


def test_a_built_in_set_must_be_the_original(idx_folder):
    path = idx_folder / "train-images-idx3-ubyte.gz"
    with pytest.raises(DataError, match=f"{path}: is not the file of MNIST: .* must be ba89.* `harness data fetch mn"):
        read_raw(location(idx_folder, "mnist"))


@pytest.mark.parametrize(("name", "digest"), [("mnist_5k", "167bbe5fc3dfbce2"), ("digits", "87ff0c9e40dc7e2c")])
def test_packaged_sets_have_the_sizes_the_schema_promises(name, digest):
    raw = read_raw(locate(name))
    facts = IMAGE_SETS[name]
    assert raw.train_images.shape == (facts.train_images, *facts.image_shape)
    assert raw.test_images.shape == (facts.test_images, *facts.image_shape)
    assert raw.train_images.dtype == np.uint8
    assert raw.train_labels.dtype == np.int32
    assert raw.digest == digest
    if name == "mnist_5k":
        assert np.bincount(raw.train_labels).tolist() == [400] * 10
        assert np.bincount(raw.test_labels).tolist() == [100] * 10
        assert raw.train_labels[:10].tolist() == list(range(10))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_original_files_have_the_sizes_the_schema_promises(name, original_files):
    raw = read_raw(locate(name, original_files))
    facts = IMAGE_SETS[name]
    assert raw.train_images.shape == (facts.train_images, *facts.image_shape)
    assert raw.test_images.shape == (facts.test_images, *facts.image_shape)
    assert np.bincount(raw.test_labels).sum() == 10_000
    assert raw.train_labels[:3].tolist() == ([5, 0, 4] if name == "mnist" else [9, 0, 0])


def test_a_set_of_one_class_tells_nothing_apart(idx_folder, write_idx):
    write_idx(idx_folder / "train-labels-idx1-ubyte", np.full(6, 3))
    with pytest.raises(DataError, match=r"labels-idx1-ubyte: must hold labels of at least two classes, got 3 alone"):
        read_raw(location(idx_folder))
