from __future__ import annotations

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets import suggest
from tests.image_sets.own.conftest import SPLIT, pictures, png, write, zipped


def test_what_needs_nothing(tmp_path, split):
    found = suggest(write(tmp_path / "p", split))
    assert found.keys == {"name": "folder", "folder": str(tmp_path / "p"), "validation": 1}
    assert (found.image_shape, found.train_images, found.class_names) == ((4, 6, 3), 3, ("cat", "dog"))
    assert set(found.reasons) == {"validation"}


def test_one_tree_of_several_sizes_and_kinds(tmp_path):
    files = pictures([f"{label}/{index}.png" for label in "ab" for index in range(60)], height=80, width=100)
    files |= {"a/0.png": png(0, height=50, width=70), "b/0.png": png(1, height=50, width=70, channels=1)}
    found = suggest(zipped(tmp_path / "p.zip", files))
    assert {key: found.keys[key] for key in ("validation", "test", "image_size", "channels")} == {
        "validation": 16, "test": 0.2, "image_size": 48, "channels": 3,
    }  # fmt: skip
    assert found.reasons["image_size"] == "pictures have 2 sizes or more"
    assert (found.image_shape, found.train_images) == ((48, 48, 3), 96)


def test_large_pictures_and_those_that_are_all_grey(tmp_path):
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (600, 400), (9, 9, 9)).save(file, "PNG")
    found = suggest(write(tmp_path / "p", dict.fromkeys(SPLIT, file.getvalue())))
    assert (found.keys["image_size"], found.keys["channels"], found.image_shape) == (64, 1, (64, 64, 1))


def test_what_the_files_hold_out(tmp_path, split):
    files = split | pictures(["val/cat/a.png", "val/dog/a.png"], start=10)
    found = suggest(write(tmp_path / "p", files))
    assert (found.keys["validation"], found.keys["split"]) == (2, "last")
    assert found.reasons["validation"] == "the 2 images that the files themselves hold out"


def test_arrays(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((50, 8, 9), np.uint8), y=np.arange(50) % 5)
    found = suggest(tmp_path / "a.npz")
    assert (found.keys["test"], found.image_shape, found.train_images) == (0.2, (8, 9, 1), 40)
    assert found.class_names == ("0", "1", "2", "3", "4")


def test_idx_files(idx_folder):
    found = suggest(idx_folder)
    assert (found.keys, found.image_shape, found.train_images) == (
        {"name": "folder", "folder": str(idx_folder), "validation": 1}, (2, 3, 1), 6,
    )  # fmt: skip


def test_what_cannot_be_used(tmp_path):
    with pytest.raises(DataError, match=r"p/a.png: has no label"):
        suggest(write(tmp_path / "p", pictures(["a.png"])))
