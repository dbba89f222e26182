import hashlib
import re

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets.folder import FOLDER
from harness.image_sets.sources.idx_files import IDX_FILES


def test_names_a_file_may_have():
    assert [file.name for file in IDX_FILES] == [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]
    assert IDX_FILES[1].names == (
        "train-labels-idx1-ubyte",
        "train-labels.idx1-ubyte",
        "train-labels-idx1-ubyte.gz",
        "train-labels.idx1-ubyte.gz",
    )
    assert "train-images-idx4-ubyte.gz" in IDX_FILES[0].names


def test_a_folder(idx_folder):
    raw = FOLDER.read(FOLDER.fetch(idx_folder))
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
    assert FOLDER.read(FOLDER.fetch(idx_folder)).digest == hashlib.sha256(contents).hexdigest()[:16]


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
        FOLDER.read(FOLDER.fetch(idx_folder))


def test_a_set_of_one_class_tells_nothing_apart(idx_folder, write_idx):
    write_idx(idx_folder / "train-labels-idx1-ubyte", np.full(6, 3))
    with pytest.raises(DataError, match=r"labels-idx1-ubyte: must hold labels of at least two classes, got 3 alone"):
        FOLDER.read(FOLDER.fetch(idx_folder))
