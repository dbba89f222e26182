import pytest
from matplotlib.figure import Figure

from harness.pages.svg.logarithmic import mark_logarithmic, round_marks


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (4.0, 33.0, [5, 10, 20]),
        (0.7, 60.0, [1, 3, 10, 30]),
        (0.2, 300.0, [1, 10, 100]),
        (1.6, 5.1, [2, 3, 4, 5]),
        (2.0, 2.2, [2.0, 2.05, 2.1, 2.15, 2.2]),
        (1e-9, 1e6, [1e-9, 1e-6, 1e-3, 1, 1e3, 1e6]),
    ],
)
def test_marks_are_few_and_round(low, high, marks):
    assert round_marks(low, high) == pytest.approx(marks)
    assert len(round_marks(low, high)) <= 7


def test_an_axis_goes_from_end_to_end_and_has_no_small_marks():
    axes = Figure().add_subplot()
    axes.plot([0.0, 1.0, 5000.0], [1.0, 10.0, 20.0])
    mark_logarithmic(axes, "x", 1.0, 5000.0)
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (1.0, 5000.0)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "10", "100", "1,000"]
    assert axes.get_xticks(minor=True).tolist() == []
    assert axes.get_yscale() == "linear"


def test_values_of_zero_get_a_mark_of_their_own():
    axes = Figure().add_subplot()
    mark_logarithmic(axes, "y", 0.04, 30.0, zero=0.05)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0", "0.1", "1", "10"]
    assert axes.get_yticks()[0] == 0.05
