import itertools

import pytest

from harness.findings.trainings.figures import Strip, StripFigure
from harness.pages.svg import draw
from harness.pages.svg.style import INK, PALETTE
from harness.pages.svg.trainings.strips import plot_strips, stacked

FIGURE = StripFigure(
    "every_training",
    "Test accuracy of every training",
    "test accuracy (%)",
    (Strip("base", (86.94,) * 8, "all 8 equal"), Strip("weights=replicate", (86.0, 87.0, 88.5), "SD 1.26")),
    "",
    "Every training",
)


def test_every_training_is_a_dot_and_the_mean_a_line():
    (axes,) = plot_strips(FIGURE).axes
    base, weights = (line for line in axes.lines if line.get_color() == PALETTE[0])
    assert list(base.get_xdata()) == [86.94] * 8
    assert len(set(base.get_ydata())) == 8  # none covers another
    assert (list(weights.get_xdata()), list(weights.get_ydata())) == ([86.0, 87.0, 88.5], [1, 1, 1])
    means = [line.get_xdata()[0] for line in axes.lines if line.get_color() == INK]
    assert means == pytest.approx([86.94, 87.1667], abs=1e-4)
    svg = draw(FIGURE)
    for text in ("base", "weights=replicate", "all 8 equal", "SD 1.26", "test accuracy (%)"):
        assert f">{text}</text>" in svg


def test_dots_stay_within_their_strip():
    (axes,) = plot_strips(FIGURE).axes
    base = next(line for line in axes.lines if line.get_color() == PALETTE[0])
    assert min(base.get_ydata()) >= -0.4
    assert max(base.get_ydata()) <= 0.4


def test_dots_are_stacked_where_they_would_overlap():
    assert stacked([1.0, 5.0, 1.1], 0.5) == pytest.approx([-0.065, 0.0, 0.065])
    many = sorted(stacked([1.0] * 20, 0.5))
    assert (many[0], many[-1]) == pytest.approx((-0.39, 0.39))
    assert {round(b - a, 6) for a, b in itertools.pairwise(many)} == {round(0.78 / 19, 6)}
    assert stacked([], 0.5) == []
