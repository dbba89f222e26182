from dataclasses import replace

import pytest

from harness.findings.trainings.figures import Landmark, Line, Reproduced, ReproductionFigure
from harness.pages.svg import draw
from harness.pages.svg.style import INK, PALETTE
from harness.pages.svg.trainings.reproduced import plot_reproduction

BASE = Reproduced(
    "base",
    (Line((100.0, 10_000.0), (65.0, 98.5)),),
    ((0.0, 9.6), (100.0, 66.1), (10_000.0, 98.6)),
    (Landmark(0.0, 10.4, "published, untrained: 10.4 %"), Landmark(10_000.0, 98.5, "published: 98.5 %")),
)
FIGURE = ReproductionFigure(
    "published_test_accuracy",
    "Test accuracy beside what is published",
    "steps",
    "test accuracy (%)",
    True,
    "validation accuracy",
    "test accuracy",
    (BASE,),
    "",
    "Published",
)


def test_published_figures_are_diamonds_on_logarithmic_steps_from_the_untrained_network_on():
    (axes,) = plot_reproduction(FIGURE).axes
    assert axes.get_xscale() == "log"
    diamonds = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "D"]
    assert diamonds == [(40.0, pytest.approx(89.6)), (10_000.0, pytest.approx(1.5))]  # errors; step 0 has its own place
    assert [label.get_text() for label in axes.get_xticklabels()][:2] == ["0", "100"]
    assert axes.get_xticks()[0] == 40
    (dots,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert list(dots.get_xdata()) == [40, 100, 10_000]
    assert list(dots.get_ydata()) == pytest.approx([90.4, 33.9, 1.4])


def test_the_axis_of_an_accuracy_rises_and_is_marked_in_accuracies():
    (axes,) = plot_reproduction(FIGURE).axes
    bottom, top = axes.get_ylim()
    assert bottom > 90.4 > 1.4 > top
    assert [label.get_text() for label in axes.get_yticklabels()] == ["98", "95", "90", "80", "50", "10"]


def test_values_stand_beside_their_diamonds():
    (axes,) = plot_reproduction(FIGURE).axes
    assert [(text.get_text(), text.get_ha()) for text in axes.texts] == [("10.4", "right"), ("98.5", "left")]
    two = replace(BASE, published=(*BASE.published, Landmark(10_000.0, 98.9, "another: 98.9 %")))
    (axes,) = plot_reproduction(replace(FIGURE, variants=(two,))).axes
    assert [text.get_text() for text in axes.texts] == ["10.4", "98.5, 98.9"]  # they would cover each other
    svg = draw(FIGURE)
    assert "published, untrained: 10.4 %" in svg
    assert ">validation accuracy on the way</text>" in svg


def test_an_accuracy_of_all_is_drawn_at_a_mark_of_its_own():
    best = replace(BASE, measured=((10_000.0, 100.0),))
    (axes,) = plot_reproduction(replace(FIGURE, variants=(best,))).axes
    assert axes.get_yticklabels()[0].get_text() == "100"
    assert all(line.get_ydata()[0] > 0 for line in axes.lines if len(line.get_ydata()))


def test_losses_are_as_they_are_and_variants_have_colours_and_shapes():
    one = Reproduced("base", (Line((10.0, 20.0), (0.5, 0.2)),), ((20.0, 0.25),), (Landmark(20.0, 0.26, "printed"),))
    other = replace(one, label="dense", measured=((20.0, 0.35),))
    figure = replace(FIGURE, accuracy=False, variants=(one, other))
    (axes,) = plot_reproduction(figure).axes
    assert axes.get_yscale() == "linear"
    dots = [line for line in axes.lines if str(line.get_label()) in ("base", "dense")]
    assert [(line.get_marker(), line.get_color(), list(line.get_ydata())) for line in dots] == [
        ("o", PALETTE[0], [0.25]),
        ("s", PALETTE[1], [0.35]),
    ]
    diamonds = [line.get_color() for line in axes.lines if line.get_marker() == "D"]
    assert diamonds == [PALETTE[0], PALETTE[1]]
    (alone,) = plot_reproduction(replace(figure, variants=(one,))).axes
    assert [line.get_color() for line in alone.lines if line.get_marker() == "D"] == [INK]
