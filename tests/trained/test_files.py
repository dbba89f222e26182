from __future__ import annotations

import re

import pytest

from harness.data import class_names
from harness.errors import UsageError
from harness.trained import class_from_name, find_pictures

DIGITS, FASHION = class_names("mnist", 10), class_names("fashion_mnist", 10)


class TestFindPictures:
    def test_the_pictures_of_a_folder_in_the_order_of_their_numbers(self, tmp_path):
        for name in ("b10.png", "b9.PNG", "a.JPEG", "C.jpg", ".hidden.png", "notes.txt", "old.gif"):
            (tmp_path / name).touch()
        (tmp_path / "folder.png").mkdir()
        assert [file.name for file in find_pictures(tmp_path)] == ["a.JPEG", "b9.PNG", "b10.png", "C.jpg"]

    def test_one_file(self, tmp_path):
        (tmp_path / "a.whatever").touch()
        assert find_pictures(tmp_path / "a.whatever") == [tmp_path / "a.whatever"]

    def test_nothing_there(self, tmp_path):
        with pytest.raises(UsageError, match="nowhere: no such folder or picture"):
            find_pictures(tmp_path / "nowhere")
        with pytest.raises(UsageError, match=re.escape(f"{tmp_path}: no PNG or JPEG files in this folder")):
            find_pictures(tmp_path)


@pytest.mark.parametrize(
    ("name", "classes", "label"),
    [
        ("7_mine.png", DIGITS, 7),
        ("7.png", DIGITS, 7),
        ("12.png", DIGITS, 1),
        ("mine_7.png", DIGITS, None),
        ("7.png", DIGITS[:5], None),
        ("²_mine.png", DIGITS, None),
        ("9_boot.png", FASHION, 9),
        ("ankle-boot 3.jpg", FASHION, 9),
        ("Ankle_Boot.png", FASHION, 9),
        ("AnkleBoot2.png", FASHION, 9),
        ("bag1.png", FASHION, 8),
        ("baggage.png", FASHION, None),
        ("my bag.png", FASHION, None),
        ("t-shirt.png", FASHION, 0),
        ("T-shirt_top 2.png", FASHION, 0),
        ("tshirt.png", FASHION, 0),
        ("top.png", FASHION, 0),
        ("shirt.png", FASHION, 6),
        ("coat.png", FASHION, 4),
        (".png", FASHION, None),
    ],
)
def test_the_class_that_a_name_tells(name, classes, label):
    assert class_from_name(name, classes) == label
