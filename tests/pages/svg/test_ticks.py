import math

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.pages.svg.ticks import error_axis, fitting, log_marks, mark_log, mark_places, write_number


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.28, 3.4, ["0.5", "1", "2"]),
        (0.9, 1.1, ["0.9", "0.95", "1", "1.05", "1.1"]),
        (0.04, 1.2, ["0.05", "0.1", "0.2", "0.5", "1"]),
        (0.01, 300, ["0.01", "0.1", "1", "10", "100"]),
        (2500, 140_000, ["5,000", "10,000", "20,000", "50,000", "100,000"]),
        (4e5, 3e7, ["500,000", "1 million", "2 million", "5 million", "10 million", "20 million"]),
    ],
)
def test_marks_of_a_logarithmic_axis_are_few_and_round(low, high, shown):
    axes = Figure().add_subplot()
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    mark_log(axes)
    assert [label.get_text() for label in axes.get_xticklabels()] == shown
    assert axes.get_xlim() == (low, high)
    assert axes.get_xticks(minor=True).tolist() == []


def test_marks_of_a_very_long_axis_are_thinned():
    marks = log_marks(1e-9, 1e9)
    assert len(marks) <= 7
    assert marks[0] == 1e-9


@pytest.mark.parametrize(
    ("number", "text"), [(0.001, "0.001"), (1234.0, "1,234"), (2.5e6, "2.5 million"), (3e9, "3 billion"), (0.5, "0.5")]
)
def test_numbers_of_marks(number, text):
    assert write_number(number) == text


def test_an_axis_of_shares_is_logarithmic_in_what_is_missing():
    axes = Figure().add_subplot()
    axes.plot([1, 2, 3], [96, 98, 99])
    error_axis(axes, [96, 98, 99])
    heights = [axes.transData.transform((0, share))[1] for share in (96, 98, 99)]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1])  # half of the errors each time
    low, high = axes.get_ylim()
    assert low < 96
    assert 99 < high < 99.3
    assert [label.get_text() for label in axes.get_yticklabels()] == ["99", "98.5", "98", "97"]


def test_all_and_nothing_are_on_the_axis_too():
    axes = Figure().add_subplot()
    error_axis(axes, [0.0, 50.0, 99.0, 100.0])
    assert axes.get_ylim()[0] == 0
    heights = [axes.transAxes.inverted().transform(axes.transData.transform((0, share)))[1] for share in (0, 99, 100)]
    assert heights[0] == pytest.approx(0, abs=1e-9)
    assert 0.8 < heights[1] < heights[2] < 1
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "100"


def test_a_single_share_has_room_on_both_sides():
    axes = Figure().add_subplot()
    error_axis(axes, [98.0, math.nan])
    low, high = axes.get_ylim()
    assert low < 98 < high < 99


def test_labels_that_would_overprint_are_left_out_the_ends_last():
    assert fitting([0, 10, 50, 100], [30, 30, 30, 30]) == [True, False, True, True]
    assert fitting([0, 20], [30, 30]) == [True, False]
    assert fitting([], []) == []


def test_every_level_has_a_stroke_and_as_many_texts_as_there_is_room_for():
    canvas = Figure(figsize=(3, 2), layout="constrained")
    FigureCanvasSVG(canvas)
    axes = canvas.add_subplot()
    axes.set_xlim(0, 100)
    mark_places(canvas, axes, [0, 1, 2, 50, 100], ["none", "one", "two", "fifty", "hundred"])
    assert axes.get_xticks().tolist() == [0, 1, 2, 50, 100]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["none", "", "", "fifty", "hundred"]
