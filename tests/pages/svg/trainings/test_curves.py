from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from harness.findings.trainings.figures import Curve, CurveFigure, Line, Training
from harness.pages.svg import draw
from harness.pages.svg.style import FAINT, PALETTE
from harness.pages.svg.trainings.curves import plot_curves
from harness.reports import report
from tests.findings.conftest import POOL, make_study, trial

QUICK = Training(Line((20.0, 60.0, 100.0), (30.0, 10.0, 5.6)), (100.0, 5.6))
SLOW = Training(Line((20.0, 60.0, 100.0, 140.0), (32.0, 12.0, 8.0, 6.0)), (140.0, 6.0))
LATE = Training(Line((20.0, 60.0, 100.0, 140.0, 180.0), (28.0, 15.0, 11.0, 8.0, 7.0)))
BASE = Curve("base", (QUICK, SLOW), Line((20.0, 60.0, 100.0), (31.0, 11.0, 6.8)))
STRIDE = Curve("downsample=stride", (LATE,), Line())
FIGURE = CurveFigure(
    "x", "Validation error", "steps", "validation error (%)", 6.0, (BASE, STRIDE), (), "", goal="94 %", logarithmic=True
)


def lines_of(axes, colour, marker="None"):
    """The lines of a colour, each as its points; dots by their marker."""
    found = [line for line in axes.lines if line.get_color() == colour and line.get_marker() == marker]
    return [list(zip(*line.get_data(), strict=True)) for line in found]


def test_each_training_is_drawn_to_its_own_end_with_a_dot_where_it_reached_the_target():
    (axes,) = plot_curves(FIGURE).axes
    one, two, mean = lines_of(axes, PALETTE[0])
    assert (one[-1], two[-1]) == ((100.0, 5.6), (140.0, 6.0))
    assert lines_of(axes, PALETTE[0], "o") == [[(100.0, 5.6)], [(140.0, 6.0)]]
    assert mean == [(20.0, 31.0), (60.0, 11.0), (100.0, 6.8)]  # no further than the first to end
    assert lines_of(axes, PALETTE[1]) == [list(zip(*(LATE.line.x, LATE.line.y), strict=True))]
    assert lines_of(axes, PALETTE[1], "o") == []
    assert axes.get_xlim()[1] > 180


def test_the_error_is_on_a_logarithmic_axis_with_the_target_on_it():
    (axes,) = plot_curves(FIGURE).axes
    assert (axes.get_yscale(), axes.get_xscale()) == ("log", "linear")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["5", "10", "20"]
    low, high = axes.get_ylim()
    assert low < 5.6 < 32 < high
    assert any(list(line.get_ydata()) == [6.0, 6.0] for line in axes.lines)
    svg = draw(FIGURE)
    for text in ("base", "downsample=stride", "target 94 %, an error of 6 %", "target reached", "validation error (%)"):
        assert f">{text}</text>" in svg


def test_an_error_of_zero_is_drawn_at_the_mark_for_zero():
    flawless = replace(LATE, line=Line((20.0, 60.0), (4.0, 0.0)))
    (axes,) = plot_curves(replace(FIGURE, curves=(Curve("base", (flawless,), Line()),))).axes
    assert lines_of(axes, PALETTE[0]) == [[(20.0, 4.0), (60.0, 2.0)]]
    assert axes.get_yticklabels()[0].get_text() == "0"
    assert axes.get_yticks()[0] == 2.0


def test_more_than_four_variants_get_a_panel_each_against_the_base_in_grey():
    others = [replace(STRIDE, label=f"filters={count}") for count in (4, 8, 12, 16)]
    canvas = plot_curves(replace(FIGURE, curves=(BASE, *others)))
    assert [axes.get_title("left") for axes in canvas.axes] == [curve.label for curve in others]
    for axes in canvas.axes:
        assert len(lines_of(axes, FAINT)) == 3  # both trainings of the base and their mean
        assert len(lines_of(axes, PALETTE[0])) == 1
        assert axes.get_xlim() == canvas.axes[0].get_xlim()
        assert axes.get_ylim() == canvas.axes[0].get_ylim()
    assert len(plot_curves(replace(FIGURE, curves=(BASE, *others[:3]))).axes) == 1


def test_no_panel_cuts_the_longest_training_off():
    long = Training(Line((20.0, 900.0), (30.0, 5.0)))
    curves = (BASE, *(STRIDE,) * 3, Curve("slow", (long,), Line()))
    for axes in plot_curves(replace(FIGURE, curves=curves)).axes:
        assert axes.get_xlim() == (0.0, pytest.approx(927.0))


def test_trainings_that_end_far_apart_have_no_mean_and_say_where_they_end():
    ends = (88.0, 78.4, 78.1, 38.0)
    plateaus = tuple(Training(Line((100.0, 200.0), (end - 5, end))) for end in ends)
    curves = (
        Curve("base", (Training(Line((100.0, 200.0), (90.0, 98.0))),), Line()),
        Curve("relu", plateaus, Line(), "12"),
    )
    figure = replace(FIGURE, curves=curves, logarithmic=False, target=None, bottom=33.0)
    (axes,) = plot_curves(figure).axes
    assert len(lines_of(axes, PALETTE[1])) == 4
    assert [text.get_text() for text in axes.texts] == ["38", "78 ×2", "88"]
    assert axes.get_yscale() == "linear"
    assert [text.get_text() for text in plot_curves(FIGURE).axes[0].texts] == []


def test_numbers_at_the_ends_of_lines_do_not_overlap():
    ends = (50.0, 51.0, 52.0)
    plateaus = tuple(Training(Line((100.0, 200.0), (end - 5, end))) for end in ends)
    figure = replace(FIGURE, curves=(Curve("relu", plateaus, Line(), "x"),), logarithmic=False, target=None, bottom=0.0)
    heights = [text.get_position()[1] for text in plot_curves(figure).axes[0].texts]
    assert np.diff(heights).min() >= 0.05


def ticks(axes):
    right = axes.get_xlim()[1]
    return [tick for tick in axes.get_xticks() if 0 < tick <= right]


def test_the_axis_is_marked_at_evaluations():
    few = (20.0, 60.0, 100.0, 140.0, 180.0)
    (axes,) = plot_curves(replace(FIGURE, evaluations=few)).axes
    assert ticks(axes) == [20, 60, 100, 140, 180]
    (axes,) = plot_curves(replace(FIGURE, evaluations=tuple(range(10, 181, 10)))).axes
    assert ticks(axes) == [50, 100, 150]  # every fifth
    (axes,) = plot_curves(replace(FIGURE, evaluations=(1.0, 2.0, 180.0))).axes
    assert ticks(axes) != [1, 2, 180]  # the first two would overlap
    panels = plot_curves(replace(FIGURE, evaluations=few, curves=(BASE, *(STRIDE,) * 4))).axes
    assert ticks(panels[-1]) == [100]  # there is no room for five; of 20, 40, 60, ... every fifth


def test_seconds_that_are_far_apart_are_on_a_logarithmic_axis():
    (axes,) = plot_curves(replace(FIGURE, x_logarithmic=True)).axes
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == pytest.approx((20 / 1.1, 180 * 1.1))


def test_long_labels_are_wrapped_and_never_cut():
    label = ", ".join(f"conv.{place}.filters={place}" for place in range(8))
    (axes,) = plot_curves(replace(FIGURE, curves=(replace(BASE, label=label),))).axes
    (text,) = [line.get_label() for line in axes.lines if line.get_label().startswith("conv.0")]
    assert text.replace("\n", " ") == label
    assert "…" not in draw(replace(FIGURE, curves=(replace(BASE, label=label),)))


def test_a_fast_start_is_seen_in_the_report_of_a_study_that_stops_at_its_target():
    """Mean learning curves used to stop with the fastest training, below the target that all reached."""
    study = make_study(target={"metric": "val_accuracy", "value": 0.94})
    rows, points = [], []
    for replicate, ends in enumerate((100, 180)):
        steps = np.arange(20, ends + 1, 40)
        rows.append(trial(study, replicate, POOL, replicate, steps_to_target=ends, seconds_to_target=1.0))
        values = np.where(steps == ends, 0.95, 0.9)
        points.append(
            pd.DataFrame({"trial": replicate, "step": steps, "train_seconds": steps / 100, "val_accuracy": values})
        )
    figure = report(study, pd.DataFrame(rows), pd.concat(points)).curves[0]
    (axes,) = plot_curves(figure).axes
    assert lines_of(axes, PALETTE[0], "o") == [[(100.0, 5.0)], [(180.0, 5.0)]]
    assert max(x for line in lines_of(axes, PALETTE[0]) for x, _ in line) == 180


def test_lines_of_up_to_four_variants_differ_in_colour_and_dashes():
    curves = tuple(replace(BASE, label=f"variant {place}") for place in range(4))
    (axes,) = plot_curves(replace(FIGURE, curves=curves)).axes
    named = [line for line in axes.lines if str(line.get_label()).startswith("variant")]
    assert len({to_hex(line.get_color()) for line in named}) == 4
    assert len({str(line._unscaled_dash_pattern) for line in named}) == 4


def test_trainings_and_dots_are_switched_with_the_variant_that_they_are_of():
    svg = draw(FIGURE)
    assert svg.count('data-series="base"') == 2 + 2 + 1 + 2  # lines, dots, the mean, name and handle in the legend
    assert svg.count('data-series="downsample=stride"') == 1 + 2
