from matplotlib.colors import to_hex

from harness.findings.trainings.confusion import ConfusionFigure
from harness.pages.svg import draw
from harness.pages.svg.style import PALETTE
from harness.pages.svg.trainings.confusion import plot_confusion

COUNTS = ((90, 10, 0), (0, 100, 0), (0, 100, 0))
FIGURE = ConfusionFigure("confusion_1", "base", ("0", "1", "2"), COUNTS, "")


def test_cells_that_hold_images_are_drawn_right_ones_in_one_colour_and_mistakes_in_another():
    (axes,) = plot_confusion(FIGURE).axes
    cells = {(cell.get_x() + 0.5, cell.get_y() + 0.5): cell for cell in axes.patches}
    assert {place: to_hex(cell.get_facecolor()).upper() for place, cell in cells.items()} == {
        (0, 0): PALETTE[0],
        (1, 0): PALETTE[1],
        (1, 1): PALETTE[0],
        (1, 2): PALETTE[1],
    }
    shares = [cells[place].get_alpha() for place in ((0, 0), (1, 0), (1, 1))]
    assert shares == [0.9**0.4, 0.1**0.4, 1]
    assert [text.get_text() for text in axes.texts] == ["90", "10", "100", "100"]


def test_true_classes_go_down_and_a_class_that_is_never_predicted_is_named():
    (axes,) = plot_confusion(FIGURE).axes
    assert axes.get_ylim() == (2.5, -0.5)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "2\nnever"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0", "1", "2"]


def test_a_cell_says_what_it_counts():
    svg = draw(FIGURE)
    assert "true 0, predicted 1: 10" in svg
    assert ">predicted class</text>" in svg


def test_a_class_without_images_has_an_empty_row():
    (axes,) = plot_confusion(ConfusionFigure("c", "", ("a", "b"), ((0, 0), (0, 2)), "")).axes
    assert len(axes.patches) == 1
