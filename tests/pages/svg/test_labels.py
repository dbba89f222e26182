import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.pages.svg.labels import write_beside


@pytest.fixture
def drawn():
    canvas = Figure(figsize=(4, 3))
    FigureCanvasSVG(canvas)
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    return canvas, axes


def test_each_label_stands_at_its_point_and_none_covers_another(drawn):
    canvas, axes = drawn
    write_beside(canvas, axes, [(40, 50), (41, 51), (42, 49)], ["first", "second", "third"])
    assert [text.get_text() for text in axes.texts] == ["first", "second", "third"]
    canvas.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])


def test_a_label_at_the_edge_stands_inside(drawn):
    canvas, axes = drawn
    write_beside(canvas, axes, [(99, 50)], ["at the right edge"])
    canvas.draw_without_rendering()
    (text,) = axes.texts
    assert text.get_window_extent().x1 <= axes.get_window_extent().x1


def test_without_room_there_is_no_label(drawn):
    canvas, axes = drawn
    write_beside(canvas, axes, [(50, 50), (50, 50)], ["x" * 90, ""])
    assert list(axes.texts) == []


def test_an_interval_is_not_written_over(drawn):
    canvas, axes = drawn
    write_beside(canvas, axes, [(50, 50)], ["label"], taken=[(55, 0, 55, 100), (100, 60, 50, 60), (50, 40, 100, 40)])
    canvas.draw_without_rendering()
    (text,) = axes.texts
    assert text.get_window_extent().x1 < axes.transData.transform((50, 50))[0]  # at the left
