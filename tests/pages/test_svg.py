import re
from xml.etree import ElementTree

import matplotlib as mpl

from harness.pages.svg import draw, inline
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
