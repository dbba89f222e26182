import math
from dataclasses import replace

from harness.findings.plots.front import FrontFigure, FrontPoint
from harness.pages.svg import draw
from harness.pages.svg.plots.front import stairs_of
from tests.pages.svg.drawing import said, texts

POINTS = (
    FrontPoint("small", 100.0, 97.0, 96.5, 97.5, (96.8, 97.2), "100: 97.00 %", "small: 100 parameters"),
    FrontPoint("waste", 300.0, 96.0, math.nan, math.nan, (), "", "waste: 300 parameters"),
    FrontPoint("large", 1000.0, 99.0, 98.9, 99.1, (98.9, 99.1), "1,000: 99.00 %", "large: 1,000 parameters"),
)
FIGURE = FrontFigure(
    name="front", title="Test accuracy against parameters", x_title="parameters", y_title="test accuracy (%)",
    logarithmic=True, by_error=True, cheap="lower", points=POINTS, points_title="confirmed",
    front=(True, False, True), explored=(FrontPoint("once", 50.0, 98.0, says="once: 50 parameters"),),
    levels=((98.0, "98 %"),), description="", chapter="The front",
)  # fmt: skip


def test_a_front_is_stairs_level_until_a_cost_buys_more():
    x, y = stairs_of(FIGURE, (40.0, 2000.0))
    assert list(zip(x, y, strict=True)) == [(100, 97), (1000, 97), (1000, 99), (2000, 99)]


def test_where_a_high_cost_is_good_the_stairs_go_the_other_way():
    fast = replace(FIGURE, cheap="higher", points=(replace(POINTS[2], cost=100.0), replace(POINTS[0], cost=1000.0)),
                   front=(True, True))  # fmt: skip
    x, y = stairs_of(fast, (40.0, 2000.0))
    assert list(zip(x, y, strict=True)) == [(1000, 97), (100, 97), (100, 99), (40, 99)]


def test_without_a_front_there_are_no_stairs():
    assert stairs_of(replace(FIGURE, points=(), front=()), (1.0, 2.0)) == ([], [])


def test_what_is_beaten_and_what_was_only_explored_is_told_apart():
    svg = draw(FIGURE)
    assert svg == draw(FIGURE)
    shown = texts(svg)
    for text in ("explored once (no evidence)", "confirmed, beaten in both", "confirmed, beaten by none",
                 "the best that so much buys", "98 % asked for", "100: 97.00 %", "1,000: 99.00 %"):  # fmt: skip
        assert text in shown
    assert said(svg) == [
        ["98 % was asked for"],
        ["once: 50 parameters"],
        ["waste: 300 parameters"],
        ["small: 100 parameters", "large: 1,000 parameters"],
    ]


def test_an_axis_that_is_not_logarithmic_holds_all_too():
    plain = replace(FIGURE, logarithmic=False, by_error=False, explored=(), levels=())
    assert "confirmed, beaten by none" in texts(draw(plain))
    alone = replace(plain, points=POINTS[:1], front=(True,))
    assert "confirmed, beaten in both" not in texts(draw(alone))
