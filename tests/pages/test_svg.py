import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from harness.findings.figures import Estimate, ForestFigure, PointFigure, Series
from harness.pages.svg import draw, inline
from harness.pages.svg.forest import draw_forest, ends_of, mark_ratios
from harness.pages.svg.style import PALETTE
from harness.reports import report


def test_svg_is_the_same_each_time_and_has_no_date(study, trials, history):
    figure = report(study, trials, history).curves[0]
    svg = draw(figure)
    assert svg == draw(figure)
    assert "<dc:date>" not in svg
    ElementTree.fromstring(svg)


def test_svg_shows_names_and_target_as_text_in_the_palette(study, trials, history):
    svg = draw(report(study, trials, history).curves[0])
    for text in ("base", "downsample=stride", "target 98 %, an error of 2 %", "validation error (%)", "steps"):
        assert f">{text}</text>" in svg
    assert PALETTE[0].lower() in svg
    assert PALETTE[1].lower() in svg
    assert "stroke-dasharray" in svg


def test_drawing_leaves_the_global_style_alone(study, trials, history):
    before = dict(mpl.rcParams)
    draw(report(study, trials, history).curves[0])
    assert dict(mpl.rcParams) == before


def test_inlined_figures_share_no_id_and_have_a_name(study, trials, history):
    figures = report(study, trials, history).curves
    one, two = (inline(draw(figure), f"f{place}", 'a "b" & <c>') for place, figure in enumerate(figures))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for reference in re.findall(r'(?:href="#|url\(#)([^")]+)', one):
        assert reference in ids[0]
    assert one.startswith("<svg")
    assert 'role="img" aria-label="a &quot;b&quot; &amp; &lt;c&gt;"' in one
    assert not re.search(r"<svg[^>]* width=", one)
    ElementTree.fromstring(one.replace("xlink:href", "href"))


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.28, 3.4, ["0.5", "1", "2"]),
        (0.9, 1.1, ["0.9", "0.95", "1", "1.05", "1.1"]),
        (0.04, 1.2, ["0.05", "0.1", "0.2", "0.5", "1"]),
        (0.01, 300, ["0.01", "0.1", "1", "10", "100"]),
    ],
)
def test_marks_of_a_ratio_are_few_and_round(low, high, shown):
    axes = Figure().add_subplot()
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    mark_ratios(axes)
    assert [label.get_text() for label in axes.get_xticklabels()] == shown
    assert axes.get_xlim() == (low, high)
    assert axes.get_xticks(minor=True).tolist() == []


def test_an_interval_without_a_bound_ends_in_an_arrow_at_the_edge():
    bounded = Estimate("a", 1.2, 0.8, 2.0, "undecided")
    figure = ForestFigure("x", "x", "x", 1.0, 0.0, True, (bounded,), "x", "x")
    assert ends_of(figure) == (-math.inf, math.inf)
    for value, low, high in ((math.inf, 1.9, math.inf), (0.5, 0.0, 0.7)):
        wider = replace(figure, estimates=(bounded, Estimate("b", value, low, high, "worse")))
        assert ends_of(wider) == (min(0.8, low or value) / 1.25, 2.0 * 1.25)
        drawing = draw_forest(wider)
        assert "nan" not in drawing
        assert "inf" not in drawing


def test_shares_are_drawn_up_to_all():
    few = Series("base", (0.0, 80.0), (0.0, 17.0), (math.nan,) * 2, (math.nan,) * 2, joined=True)
    figure = PointFigure("reached", "Reached", "steps", "%", False, (few,), "", "Time to target", staircase=True)
    assert ">100</text>" in draw(figure)
    assert ">100</text>" not in draw(replace(figure, staircase=False))
