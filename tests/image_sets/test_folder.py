from pathlib import Path

import pytest

from harness.errors import DataError
from harness.image_sets.folder import FOLDER


def test_nothing_is_known_before_a_file_is_read(idx_folder):
    assert FOLDER.facts is None
    found = FOLDER.fetch(named=idx_folder)
    assert FOLDER.peek(found) == ((2, 3, 1), 6)
    assert FOLDER.read(found).class_names == ("0", "1", "2")


def test_a_relative_path_may_lead_into_the_folder_that_is_looked_in_first(idx_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert FOLDER.fetch(elsewhere, Path("small")).folder == Path("small")
    idx_folder.rename(elsewhere / "small")
    assert FOLDER.fetch(elsewhere, Path("small")).folder == elsewhere / "small"
    with pytest.raises(DataError, match=r"^other: not found"):
        FOLDER.fetch(elsewhere, Path("other"))


def test_there_is_no_other_place(idx_folder, tmp_path):
    assert FOLDER.locate() is None
    assert FOLDER.locate(tmp_path) is None
    assert FOLDER.locate(idx_folder).folder == idx_folder
    with pytest.raises(DataError, match=r"folder: must be named: class folders .* or four IDX files; got nothing."):
        FOLDER.fetch()
