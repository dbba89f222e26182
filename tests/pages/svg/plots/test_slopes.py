import math
from dataclasses import replace

import pytest

from harness.findings.plots.slopes import SlopeFigure, SlopePair, SlopePanel
from harness.pages.svg import draw
from harness.pages.svg.plots.slopes import means_of
from tests.pages.svg.drawing import said, texts

PAIRS = (SlopePair(0, 4.0, 2.0), SlopePair(1, 9.0, 8.0), SlopePair(2, 6.0, 7.0), SlopePair(3, 5.0, 5.0))
FIGURE = SlopeFigure(
    name="pairs", title="x", y_title="seconds", base="base", better="lower", by_error=False, logarithmic=True,
    panels=(SlopePanel("downsample=stride", "undecided", PAIRS, 2), SlopePanel("dropout=0.5", "", PAIRS[:2], 2)),
    description="", chapter="Pair by pair",
)  # fmt: skip


def test_each_pair_says_both_its_values():
    svg = draw(FIGURE)
    assert svg == draw(FIGURE)
    assert said(svg) == [
        ["downsample=stride, replicate 0: 4 → 2"],
        ["downsample=stride, replicate 1: 9 → 8"],
        ["downsample=stride, replicate 2: 6 → 7"],
        ["downsample=stride, replicate 3: 5 → 5"],
        [f"means: {1080**0.25:.4g} → {560**0.25:.4g}"],
        ["dropout=0.5, replicate 0: 4 → 2"],
        ["dropout=0.5, replicate 1: 9 → 8"],
        ["means: 6 → 4"],
    ]
    shown = texts(svg)
    for text in ("downsample=stride", "better in 2 of 4, the same in 1", "undecided", "base", "variant", "seconds"):
        assert text in shown


def test_means_are_geometric_where_the_axis_is_logarithmic():
    assert means_of(FIGURE, PAIRS[:2]) == pytest.approx((6.0, 4.0))
    assert means_of(replace(FIGURE, logarithmic=False), PAIRS[:2]) == pytest.approx((6.5, 5.0))


@pytest.mark.parametrize("axis", [{"logarithmic": False}, {"logarithmic": False, "by_error": True, "better": "higher"}])
def test_other_axes_hold_all_too(axis):
    drawing = draw(replace(FIGURE, **axis))
    assert "means: 6.5 → 5" in [text for one in said(drawing) for text in one]
    assert str(math.nan) not in drawing


def test_better_worse_and_the_same_differ_in_colour_and_dashes():
    drawing = draw(FIGURE)
    assert drawing.count("stroke-dasharray: 4.07,1.76") >= 1  # dashed: worse
    assert drawing.count("stroke-dasharray: 1.1,1.815") >= 1  # dotted: the same


def test_a_label_is_wrapped_between_words_alone():
    long = replace(FIGURE.panels[0], label="activation_order=after_pool, downsample=average_pool")
    shown = texts(draw(replace(FIGURE, panels=(long, FIGURE.panels[1]))))
    assert {"activation_order=after_pool,", "downsample=average_pool"} <= set(shown)
