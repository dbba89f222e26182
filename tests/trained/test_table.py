from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console

from harness.trained import Blank, Prediction, Predictions, draw_table, remarks
from tests.trained.test_predicting import made
from tests.trained.test_sheet import RIGHT, UNKNOWN, WRONG, named


def rows(found):
    console = Console(width=80, no_color=True)
    with console.capture() as capture:
        console.print(draw_table(found))
    return [line.split() for line in capture.get().splitlines() if line.strip(" ─")]


def test_a_row_a_picture():
    found = named(made(RIGHT, WRONG, UNKNOWN, blank=(Blank(Path("b.png"), np.zeros((4, 4), np.uint8)),)), "[a]:x:.png")
    assert rows(found) == [
        ["file", "true", "predicted", "%", "second", "%"],
        ["[a]:x:.png", "cat", "cat", "70.0", "dog", "20.0", "✓"],
        ["[a]:x:.png", "dog", "cat", "99.9", "dog", "0.1", "✗"],
        ["[a]:x:.png", "owl", "100.0", "cat", "0.0"],
        ["b.png", "blank"],
    ]


def test_no_certainty_is_claimed_that_is_none():
    assert rows(named(made((0, (0.9999, 0.0001, 0.0))), "a.png"))[1] == [
        "a.png", "cat", "cat", ">", "99.9", "dog", "0.0", "✓",
    ]  # fmt: skip


def test_without_known_classes_there_is_no_column_for_them():
    assert rows(named(made(UNKNOWN), "a.png"))[0] == ["file", "predicted", "%", "second", "%"]


def test_what_should_be_known_of_a_picture_is_a_line():
    picture = np.zeros((4, 4), np.uint8)
    one = Prediction(Path("a\udcff.png"), None, (1.0, 0.0), picture, picture[..., None], "2 separate shapes")
    found = Predictions("x#1", "base", ("cat", "dog"), (one,), (Blank(Path("b.png"), picture, "uneven light"),))
    assert remarks(found) == ["a\\udcff.png: 2 separate shapes", "b.png: uneven light"]
    assert rows(found)[1][0] == "a\\udcff.png"
