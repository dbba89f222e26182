from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.errors import UsageError
from harness.trained import Blank, draw_sheet, find_pictures, require_sheet, write_sheet
from harness.trained.sheet import choose
from tests.trained.test_predicting import made

RIGHT, WRONG, UNKNOWN = (0, (0.7, 0.2, 0.1)), (1, (0.999, 0.001, 0.0)), (None, (0.0, 0.0, 1.0))


def texts(figure):
    return [text.get_text() for text in figure.texts]


def named(found, name):
    return replace(found, classified=tuple(replace(one, file=Path(name)) for one in found.classified))


class TestSheet:
    def test_what_it_says(self):
        figure = draw_sheet(named(made(RIGHT, WRONG, UNKNOWN), "$a_1$.png"))
        assert texts(figure) == [
            "x#1 (base): 1 of 2 right",
            "left the picture, right what the network sees",
            "✓ cat (70 %)",
            "$a_1$.png",
            "✗ cat (> 99 %), true dog",
            "$a_1$.png",
            "owl (100 %)",
            "$a_1$.png",
        ]
        assert not any(text.get_parse_math() for text in figure.texts), "a name is no formula"

    def test_wrong_ones_have_a_thick_frame(self):
        widths = [frame.get_linewidth() for frame in draw_sheet(named(made(RIGHT, WRONG), "a.png")).artists]
        assert widths == [0.6, 0.6, 0.6, 0.6, 2.5]

    def test_two_images_for_each_picture_enlarged_by_whole_numbers(self):
        figure = draw_sheet(named(made(RIGHT), "a.png"))
        assert [image.get_size() for image in figure.images] == [(112, 112), (112, 112)]

    def test_blank_ones_come_last_with_one_image(self):
        blank = Blank(Path("b\udcff.png"), np.zeros((20, 30), np.uint8), "uneven light")
        figure = draw_sheet(named(made(RIGHT, blank=(blank,)), "a.png"))
        assert texts(figure)[2:] == ["✓ cat (70 %)", "a.png", "blank (uneven light)", "b\\udcff.png"]
        assert len(figure.images) == 3

    def test_what_should_be_known_stands_in_the_picture(self):
        found = named(made(RIGHT), "a.png")
        found = replace(found, classified=(replace(found.classified[0], remark="3 separate shapes"),))
        assert "3 separate shapes" in texts(draw_sheet(found))

    def test_of_very_many_the_wrong_ones_come_first(self):
        found = made(*[RIGHT] * 230, WRONG, WRONG)
        chosen = choose(found)
        assert len(chosen) == 200
        assert [one.right for one in chosen[:3]] == [False, False, True]
        assert choose(made(RIGHT, WRONG))[0].right is True


class TestFile:
    def test_it_may_be_written_anew_and_is_no_picture_to_be_classified(self, tmp_path):
        sheet = tmp_path / "predictions.png"
        require_sheet(sheet)
        write_sheet(named(made(RIGHT), "a.png"), sheet)
        require_sheet(sheet)
        Image.fromarray(np.eye(9, dtype=np.uint8)).save(tmp_path / "a.png")
        assert find_pictures(tmp_path) == [tmp_path / "a.png"]

    def test_anything_else_is_left_alone(self, tmp_path):
        Image.new("L", (3, 3)).save(tmp_path / "mine.png")
        with pytest.raises(UsageError, match=r"mine\.png: is there already, and is no contact sheet"):
            require_sheet(tmp_path / "mine.png")
        (tmp_path / "folder.png").mkdir()
        with pytest.raises(UsageError, match="is there already"):
            require_sheet(tmp_path / "folder.png")
        with pytest.raises(UsageError, match=r"a contact sheet's name must end in \.png, got '\.jpg'"):
            require_sheet(tmp_path / "a.jpg")
