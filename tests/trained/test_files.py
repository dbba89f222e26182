from __future__ import annotations

import os
import re

import pytest

from harness.errors import UsageError
from harness.image_sets import IMAGE_SETS, class_names
from harness.trained import class_from_name, find_pictures, left_out

DIGITS, FASHION = class_names(IMAGE_SETS["mnist"].facts, 10), class_names(IMAGE_SETS["fashion_mnist"].facts, 10)


class TestFindPictures:
    def test_the_pictures_of_a_folder_in_the_order_of_their_numbers(self, tmp_path):
        kept = ["a.JPEG", "b9.PNG", "b10.png", "C.jpg", "d.gif", "e.JFIF", "f.webp"]
        for name in (*kept[::-1], ".hidden.png", "notes.txt", "z.heic"):
            (tmp_path / name).touch()
        (tmp_path / "folder.png").mkdir()
        assert [file.name for file in find_pictures(tmp_path)] == kept
        assert [file.name for file in left_out(tmp_path)] == ["z.heic"]

    def test_one_file(self, tmp_path):
        (tmp_path / "a.whatever").touch()
        assert find_pictures(tmp_path / "a.whatever") == [tmp_path / "a.whatever"]

    def test_what_is_no_file(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.png")
        with pytest.raises(UsageError, match=r"pipe\.png: is neither a file nor a folder"):
            find_pictures(tmp_path / "pipe.png")
        with pytest.raises(UsageError, match="no PNG, JPEG"):
            find_pictures(tmp_path)

    def test_only_pictures_of_other_kinds(self, tmp_path):
        for name in ("b10.heic", "b9.tif", "c.avif", "d.pdf"):
            (tmp_path / name).touch()
        with pytest.raises(UsageError) as caught:
            find_pictures(tmp_path)
        assert str(caught.value).endswith("in this folder, got b9.tif, b10.heic, c.avif and 1 more. Convert them.")

    def test_nothing_there(self, tmp_path):
        with pytest.raises(UsageError, match=r"nowhere: not found\. Name a folder with pictures, or one picture\."):
            find_pictures(tmp_path / "nowhere")
        with pytest.raises(UsageError, match=re.escape(f"{tmp_path}: no PNG, JPEG, WebP, GIF or BMP files")):
            find_pictures(tmp_path)


@pytest.mark.parametrize(
    ("name", "classes", "label"),
    [
        ("7_mine.png", DIGITS, 7),
        ("7.png", DIGITS, 7),
        ("12.png", DIGITS, None),
        ("7-a.png", DIGITS, 7),
        ("7 (2).png", DIGITS, 7),
        ("7_2.png", DIGITS, 7),
        ("7", DIGITS, 7),
        ("3b.png", DIGITS, None),
        ("70.png", DIGITS, None),
        ("07.png", DIGITS, None),
        ("1.5 cm.png", DIGITS, None),
        ("20240115_120000.jpg", DIGITS, None),
        ("2024-01-15.jpg", DIGITS, None),
        ("1-2-2024.jpg", DIGITS, None),
        ("9" * 240, DIGITS, None),
        ("12.png", tuple(map(str, range(20))), 12),
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
