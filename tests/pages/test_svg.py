import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from harness.findings.figures import PointFigure, Series
from harness.pages.svg import draw, inline
from harness.pages.svg.curves import draw_lines
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
    for text in ("base", "downsample=stride", "target 98 %", "validation accuracy (%)", "steps"):
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


def test_lines_differ_in_colour_or_dashes(study, trials, history):
    figure = report(study, trials, history).curves[0]
    many = replace(figure, curves=[replace(figure.curves[0], label=f"variant {place}") for place in range(28)])
    handles = [line for line in draw_lines(Figure().add_subplot(), many) if line.get_label().startswith("variant")]
    assert len({(line.get_color(), str(line._unscaled_dash_pattern)) for line in handles}) == len(handles) == 28


def test_shares_are_drawn_up_to_all():
    few = Series("base", (0.0, 80.0), (0.0, 17.0), (math.nan,) * 2, (math.nan,) * 2, joined=True)
    figure = PointFigure("reached", "Reached", "steps", "%", False, (few,), "", "Time to target", staircase=True)
    assert ">100</text>" in draw(figure)
    assert ">100</text>" not in draw(replace(figure, staircase=False))
