import math
from dataclasses import replace

import pytest

from harness.findings.figures import Estimate, ForestFigure, Pair
from harness.pages.svg import draw
from harness.pages.svg.forest import draw_forest, ends_of
from harness.pages.svg.style import VERDICT_COLOURS
from tests.pages.svg.drawing import said, texts

BOUNDED = Estimate("a", 1.2, 0.8, 2.0, "undecided")
FIGURE = ForestFigure("x", "x", "seconds: times the reference's", 1.0, 0.0, True, (BOUNDED,), "x", "x", better="lower")


def test_an_interval_without_a_bound_ends_in_an_arrow_at_the_edge():
    assert ends_of(FIGURE) == (-math.inf, math.inf)
    for value, low, high in ((math.inf, 1.9, math.inf), (0.5, 0.0, 0.7)):
        wider = replace(FIGURE, estimates=(BOUNDED, Estimate("b", value, low, high, "worse")))
        assert ends_of(wider) == (min(0.8, low or value) / 1.25, 2.0 * 1.25)
        drawing = draw_forest(wider)
        assert {"a", "b", "worse"} <= set(texts(drawing)), "the level is there"
        assert "nan" not in drawing
        assert "inf" not in drawing


def test_long_labels_are_wrapped_and_never_cut():
    long = "activation=sigmoid, downsample=average_pool, activation_order=after_pool"
    drawing = draw(replace(FIGURE, estimates=(replace(BOUNDED, label=long),)))
    shown = " ".join(texts(drawing))
    assert "activation=sigmoid," in shown
    assert "activation_order=after_pool" in shown
    assert "…" not in shown
    one_word = "conv.0.filters=16@5x5/depthwise_separable/max_pool"
    assert one_word in texts(draw(replace(FIGURE, estimates=(replace(BOUNDED, label=one_word),))))


def test_the_axis_says_which_side_is_better_and_what_the_grey_band_is():
    assert "← better\u2003\u2003worse →" in texts(draw(FIGURE))
    accuracy = replace(FIGURE, neutral=0.0, logarithmic=False, better="higher", margin=0.2, margin_told="±0.2 points")
    shown = texts(draw(accuracy))
    assert "← worse\u2003\u2003better →" in shown
    assert "grey: differences within ±0.2 points do not matter to the study" in shown
    assert not any("grey" in text for text in texts(draw(FIGURE)))
    neither = texts(draw(replace(FIGURE, better="")))
    assert not any("better" in text for text in neither)


@pytest.mark.parametrize("verdict", ["better", "worse", "equivalent", "identical", "undecided"])
def test_the_verdict_is_written_and_coloured(verdict):
    drawing = draw(replace(FIGURE, estimates=(replace(BOUNDED, verdict=verdict),)))
    assert verdict in texts(drawing)
    assert VERDICT_COLOURS[verdict].lower() in drawing


def test_each_pair_has_a_dot_and_what_is_known_on_one_side_alone_an_arrow():
    pairs = (Pair(0, 1.1), Pair(1, 1.3), Pair(2, 1.5, "at least"), Pair(3, 0.0, "at most"))
    drawing = draw(replace(FIGURE, estimates=(replace(BOUNDED, pairs=pairs, told="1.20 times"),)))
    assert said(drawing) == [
        ["a, replicate 0: 1.1", "a, replicate 1: 1.3"],
        ["a, replicate 3: at most 0"],
        ["a, replicate 2: at least 1.5"],
        ["a: 1.20 times, undecided"],
    ]
    assert ends_of(replace(FIGURE, estimates=(replace(BOUNDED, pairs=pairs),))) == (0.8 / 1.25, 2.0 * 1.25)


def test_what_has_no_estimate_is_in_the_forest_with_the_reason():
    nothing = Estimate("b", math.nan, math.nan, math.nan, "", told="5 of 5 never reached it; base: 0 of 5")
    shown = texts(draw(replace(FIGURE, estimates=(BOUNDED, nothing))))
    assert "5 of 5 never reached it; base: 0 of 5" in shown
    assert "b" in shown
