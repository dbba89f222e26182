from pathlib import Path

import pytest

from harness.errors import DataError
from harness.pages.confusions import as_table, confusion_figure, read_confusion

COUNTS = ((90, 10, 0), (4, 96, 0), (0, 100, 0))


def test_a_table_is_read_back_as_it_was():
    classes = ("cat", "=dog", "x, y")
    assert read_confusion(as_table(classes, COUNTS), Path("x.csv")) == (classes, COUNTS)


def test_the_title_counts_and_the_description_says_what_is_confused_and_what_is_never_predicted():
    figure = confusion_figure("relu", 1, ("cat", "dog", "bird"), COUNTS)
    assert (figure.name, figure.title) == ("confusion_2", "relu: 186 of 300 right")
    assert figure.description == (
        "Confusion matrix of relu: 186 of 300 test images right; most often bird taken for dog 100 times, cat "
        "taken for dog 10 times, dog taken for cat 4 times; never predicted: bird."
    )
    flawless = confusion_figure("base", 0, ("a", "b"), ((2, 0), (0, 3)))
    assert flawless.description == "Confusion matrix of base: 5 of 5 test images right."


@pytest.mark.parametrize("text", ["", "x", "x,a\n", "x,a\na,1.5\n", f"x,a\na,{2**53}\n", "x,a\na,1,2\n", 'x,"a\na,1'])
def test_anything_else_is_refused(text):
    with pytest.raises(DataError, match=r"^x\.csv: must be a square table"):
        read_confusion(text, Path("x.csv"))
