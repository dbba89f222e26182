import dataclasses
import re

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets.base import SetFacts
from harness.image_sets.sources.packaged import PackagedSet


def require(contents, path):
    if contents != b"\1\2\3\4":
        raise DataError(f"{path}: is another one")


@pytest.fixture
def packaged(tmp_path, monkeypatch) -> PackagedSet:
    """Four images of one pixel, 1 to 4, in a package; the last is for testing."""
    (tmp_path / "boxed").mkdir()
    (tmp_path / "boxed" / "__init__.py").touch()
    (tmp_path / "boxed" / "four.bin").write_bytes(b"\1\2\3\4")
    monkeypatch.syspath_prepend(tmp_path)
    return PackagedSet(
        name="four",
        title="Four",
        facts=SetFacts((1, 1, 1), ("odd", "even"), 3, 1, "made by hand"),
        package="boxed",
        path="four.bin",
        contents=lambda path: path.read_bytes(),
        require=require,
        parse=lambda contents: (np.frombuffer(contents, np.uint8).reshape(4, 1, 1, 1), np.array([0, 1, 0, 1])),
        split=lambda labels: (np.arange(3), np.array([3])),
    )


def test_it_is_found_in_its_package_whatever_folder_is_named(packaged, tmp_path):
    found = packaged.fetch(tmp_path / "elsewhere", tmp_path / "named")
    assert found == packaged.locate()
    assert found.files == (tmp_path / "boxed" / "four.bin",)
    assert packaged.peek(found) == ((1, 1, 1), 3)


def test_the_test_images_are_split_off(packaged):
    raw = packaged.read(packaged.fetch())
    assert raw.train_images.ravel().tolist() == [1, 2, 3]
    assert raw.test_images.ravel().tolist() == [4]
    assert (raw.train_labels.tolist(), raw.test_labels.tolist()) == ([0, 1, 0], [1])
    assert raw.class_names == ("odd", "even")
    assert raw.digest == "9f64a747e1b97f13"  # of the four bytes


def test_another_file_is_refused_and_told(packaged):
    found = packaged.fetch()
    found.files[0].write_bytes(b"\1\2\3\5")
    with pytest.raises(DataError, match=r"four.bin: is another one"):
        packaged.read(found)
    (row,) = packaged.verify(found.folder)
    assert (row.file, row.problem) == (found.files[0], "is another one")
    assert len(row.sha256) == 64


def test_a_package_without_the_file(packaged):
    packaged.locate().files[0].unlink()
    assert packaged.locate() is None
    message = "four: four.bin not found in the package boxed. Reinstall it."
    with pytest.raises(DataError, match=re.escape(message)):
        packaged.fetch()
    assert dataclasses.replace(packaged, package="not_installed_at_all").locate() is None
