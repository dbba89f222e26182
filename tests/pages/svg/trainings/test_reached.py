from dataclasses import replace

from harness.findings.trainings.figures import Reached, ReachedFigure
from harness.pages.svg import draw
from harness.pages.svg.trainings.reached import plot_reached

ALL = Reached("base", (0.0, 100.0, 300.0), (0.0, 50.0, 100.0), (), 2, 2)
SOME = Reached("stride", (0.0, 200.0, 1000.0), (0.0, 50.0, 50.0), (1000.0,), 1, 2)
FIGURE = ReachedFigure("r", "Share", "steps", "trainings that have reached it (%)", False, (ALL, SOME), "", "Time")


def test_shares_go_from_none_to_all_and_no_further():
    (axes,) = plot_reached(FIGURE).axes
    assert axes.get_ylim() == (0, 100)
    assert axes.get_yticks().tolist() == [0, 20, 40, 60, 80, 100]
    assert axes.get_xlim()[0] == 0
    assert max(y for line in axes.lines for y in line.get_ydata()) == 100


def test_a_training_that_ended_without_the_target_is_a_tick_at_its_end():
    (axes,) = plot_reached(FIGURE).axes
    (ticks,) = [line for line in axes.lines if line.get_marker() == "|"]
    assert (list(ticks.get_xdata()), list(ticks.get_ydata())) == ([1000.0], [50.0])
    assert ">ended without reaching it</text>" in draw(FIGURE)
    assert "ended without" not in draw(replace(FIGURE, curves=(ALL,)))


def test_where_all_have_reached_it_the_line_stays_at_the_top():
    (axes,) = plot_reached(FIGURE).axes
    everybody, some = (line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert everybody.get_xdata()[-1] == axes.get_xlim()[1]
    assert some.get_xdata()[-1] == 1000  # nothing is known of later


def test_the_legend_says_how_many_of_how_many():
    svg = draw(FIGURE)
    assert ">base: 2 of 2</text>" in svg
    assert ">stride: 1 of 2</text>" in svg


def test_times_far_apart_are_on_a_logarithmic_axis():
    (axes,) = plot_reached(replace(FIGURE, logarithmic=True)).axes
    assert axes.get_xscale() == "log"
    low, _ = axes.get_xlim()
    assert 0 < low < 100
    assert all(min(line.get_xdata()) >= low for line in axes.lines)


def test_more_than_four_variants_get_a_panel_each():
    curves = (ALL, *(replace(SOME, label=f"stride {place}") for place in range(4)))
    canvas = plot_reached(replace(FIGURE, curves=curves))
    assert [axes.get_title("left") for axes in canvas.axes] == [f"stride {place}: 1 of 2" for place in range(4)]
    assert all(axes.get_ylim() == (0, 100) for axes in canvas.axes)


def test_the_axis_is_marked_where_the_target_was_watched():
    evaluations = tuple(100.0 * place for place in range(1, 11))
    (axes,) = plot_reached(replace(FIGURE, evaluations=evaluations)).axes
    assert [tick for tick in axes.get_xticks() if 0 < tick <= 1000] == [200, 400, 600, 800, 1000]
