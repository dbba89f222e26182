import numpy as np
import pytest

from harness.insight.tiles import Colours, Tile, as_shown, diverging, draw_tiles, enlarge, sequential


def canvas(figure):
    """The pixels that were put down, (height, width, 3)."""
    (image,) = figure.images
    return image.get_array()


def test_tiles_are_enlarged_by_whole_numbers_and_framed():
    figure = draw_tiles([Tile(np.array([[0, 255]], np.uint8)), Tile(np.array([[255, 0]], np.uint8))], "Two", 2, side=40)
    pixels = canvas(figure)
    # left edge 12; half of the gap of 6 beside each; a 1x2 image is 20 pixels a pixel, so 20 high, in the middle of 40
    top, left = 34 + 10, 12 + 3
    assert pixels[top : top + 20, left : left + 20].tolist() == np.zeros((20, 20, 3)).tolist()
    assert (pixels[top : top + 20, left + 20 : left + 40] == 255).all()
    assert pixels[top - 1, left].tolist() == [160, 160, 160]
    second = left + 46
    assert (pixels[top : top + 20, second : second + 20] == 255).all()
    assert (pixels[top : top + 20, second + 20 : second + 40] == 0).all()
    assert [text.get_text() for text in figure.texts] == ["Two"]


def test_rows_captions_and_row_titles():
    tiles = [Tile(np.zeros((2, 2)), "a"), Tile(np.zeros((2, 2))), Tile(np.zeros((2, 2))), Tile(np.zeros((2, 2)), "d")]
    figure = draw_tiles(tiles, "Four", 2, row_titles=["first", "second"])
    assert [text.get_text() for text in figure.texts] == ["Four", "a", "d", "first", "second"]
    first, second = (figure.texts[n].get_position()[1] for n in (3, 4))
    height = figure.get_size_inches()[1] * 100
    assert (first - second) * height == pytest.approx(96 + 6 + 19)  # side, gap, a line of captions with 4 to spare


def test_a_scale_has_a_bar_with_its_name_and_ends():
    figure = draw_tiles([Tile(np.array([[-1.0, 1.0]]))], "t", 1, colours=Colours("RdBu_r", -2, 2, "weight"))
    (bar,) = figure.axes
    assert bar.get_ylabel() == "weight"
    assert bar.get_ylim() == (-2, 2)


def test_diverging_is_white_at_zero_on_one_scale_for_all():
    scale = diverging(np.array([-0.5, 2.0]), "weight")
    assert (scale.low, scale.high) == (-2, 2)
    pixels = canvas(draw_tiles([Tile(np.array([[0.0]]), colours=scale)], "t", 1, side=1))
    assert pixels[34, 13].min() > 240
    assert diverging(np.zeros(3), "").high == 1


def test_sequential_spans_the_values():
    assert sequential(np.array([3.0, 5.0]), "output")[1:] == (0.0, 5.0, "output")  # from 0 where all are above
    assert sequential(np.array([-1.0, 1.0]), "")[1:3] == (-1.0, 1.0)
    assert sequential(np.zeros(2), "")[1:3] == (0.0, 1.0)


def test_enlarge():
    assert enlarge(np.array([[1, 2]]), 5).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
    assert enlarge(np.arange(10).reshape(1, 10), 5).tolist() == [[0, 2, 4, 6, 8]]


def test_three_channels_are_colour_and_others_grey():
    assert as_shown(np.zeros((2, 2, 3), np.uint8)).shape == (2, 2, 3)
    assert as_shown(np.array([10, 20], np.uint8).reshape(1, 1, 2)).tolist() == [[15]]
