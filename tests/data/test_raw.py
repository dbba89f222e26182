import re

import numpy as np
import pytest

from harness.data import load_images
from harness.data.raw import find, give_raw, read_raw, set_of
from harness.errors import DataError
from harness.study import DataSpec


def spec(folder, name="folder"):
    return DataSpec(name=name, folder=str(folder) if folder else None, validation=0)


def test_a_folder_that_the_study_names_is_the_only_place(idx_folder, tmp_path):
    assert find(spec(idx_folder, "mnist"), tmp_path).folder == idx_folder
    assert find(spec(None, "mnist"), idx_folder).folder == idx_folder
    with pytest.raises(DataError, match=re.escape(f"{tmp_path}/none: not found.")):
        find(spec(tmp_path / "none", "mnist"), idx_folder)


def test_a_set_is_read_once_and_again_when_a_file_changes(idx_folder, write_idx):
    first = read_raw(spec(idx_folder))
    assert read_raw(spec(idx_folder)) is first
    write_idx(idx_folder / "t10k-labels.idx1-ubyte.gz", np.array([0, 1, 3]))
    assert read_raw(spec(idx_folder)).class_names == ("0", "1", "2", "3")


def test_what_is_shared_cannot_be_written(idx_folder):
    raw = read_raw(spec(idx_folder))
    for array in (raw.train_images, raw.train_labels, raw.test_images, raw.test_labels):
        with pytest.raises(ValueError, match=r"read-only"):
            array[0] = 1


def test_files_that_go_away(idx_folder, monkeypatch):
    location = find(spec(idx_folder))
    monkeypatch.setattr("harness.data.raw.find", lambda *_: location)
    location.files[0].unlink()
    with pytest.raises(DataError, match=r"cannot be read: No such file or directory. Was it moved?"):
        read_raw(spec(idx_folder))


def test_images_that_are_given_need_no_files(idx_folder, monkeypatch):
    monkeypatch.setattr("harness.data.raw._given", {})
    here = read_raw(spec(idx_folder))
    there = DataSpec(name="folder", folder="/nowhere", validation=2, split="stratified", scaling="standardized")
    with pytest.raises(DataError):
        read_raw(there)
    give_raw(spec("/nowhere"), here)
    assert read_raw(there) is here, "splits and scaling are made of the same images"
    assert load_images(there, seed=1).digest == here.digest
    assert set_of(there) == set_of(spec("/nowhere")) != set_of(spec(idx_folder))
