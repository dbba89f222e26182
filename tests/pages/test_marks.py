import html
import json
import re
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.pages.svg import draw_all, inline
from harness.pages.svg.marks import mark
from harness.pages.svg.style import INK, PALETTE, PAPER, SOFT, VERDICT_COLOURS, dark_rules, report_style, svg_of
from harness.reports import report

SVG = "{http://www.w3.org/2000/svg}"


def drawn(draw, **kinds):
    with report_style():
        canvas = Figure(figsize=(4, 3))
        FigureCanvasSVG(canvas)
        axes = canvas.add_axes((0.25, 0.2, 0.5, 0.6), **kinds)
        draw(canvas, axes)
        return svg_of(canvas)


def marks(svg):
    found = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return [one for one in found if one.get("class", "").startswith("mark")]


class TestMarks:
    def test_what_a_mark_says_is_told_whatever_letters_it_has(self):
        texts = ['"a" & <b>', "it's $5\nof ä", "both ' and \""]

        def draw(_, axes):
            mark(axes.plot([1, 2, 3], [4, 5, 6], "o")[0], texts[2], says=texts)
            mark(axes.fill_between([1, 2], 3, 4), "band")

        line, band = marks(drawn(draw))
        kinds = [(one.get("class"), one.get("data-series")) for one in (band, line)]
        assert sorted(kinds) == [("mark area", "band"), ("mark line", texts[2])]
        points = line if line.get("class") == "mark line" else band
        assert json.loads(points.get("data-says")) == texts
        assert len(list(points.iter(f"{SVG}use"))) == 3, "one for each text, in order"

    def test_one_text_is_the_title_of_the_whole_else_the_series_is(self):
        def draw(_, axes):
            mark(axes.axvline(1), says=["the target"])
            mark(axes.plot([1, 2], [1, 2])[0], "base", says=["one", "two"])
            mark(axes.plot([1, 2], [2, 2])[0])

        titles = [one.findtext(f"{SVG}title") for one in marks(drawn(draw))]
        assert titles == ["the target", "base", None]

    def test_lines_with_labels_and_their_entries_in_legends_need_no_call(self):
        def draw(canvas, axes):
            axes.plot([1, 2], [1, 2], label="costs $5")
            axes.plot([1, 2], [3, 4], label="_unnamed")
            axes.plot([1, 2], [5, 6])
            canvas.legend()

        found = [(one.get("class"), one.get("data-series")) for one in marks(drawn(draw))]
        assert found == [("mark line", "costs $5"), ("mark key", "costs $5"), ("mark key", "costs $5")]

    def test_axes_tell_how_a_place_becomes_a_value(self):
        def draw(_, axes):
            axes.plot([1, 1000], [0, 10])
            axes.set_xlabel("steps")
            axes.set_ylabel("error (%)")
            axes.set_xscale("log")
            axes.set_xlim(1, 1000)
            axes.set_ylim(0, 10)

        axes = next(one for one in ElementTree.fromstring(drawn(draw)).iter(f"{SVG}g") if one.get("data-x"))
        # 4 by 3 inches are 288 by 216 points; y goes down
        assert json.loads(axes.get("data-x")) == ["steps", "log", 72.0, 216.0, 1.0, 1000.0]
        assert json.loads(axes.get("data-y")) == pytest.approx(["error (%)", "linear", 172.8, 43.2, 0.0, 10.0])

    def test_an_axis_of_another_scale_tells_nothing(self):
        svg = drawn(lambda _, axes: axes.plot([1, 2], [3, 4]), yscale="symlog")
        axes = next(one for one in ElementTree.fromstring(svg).iter(f"{SVG}g") if one.get("data-x"))
        assert (json.loads(axes.get("data-x"))[1], axes.get("data-y")) == ("linear", "[]")


class TestLightAndDark:
    def test_a_figure_is_opaque_and_its_first_thing_is_the_ground(self, study, trials, history):
        for svg in draw_all(report(study, trials, history)).values():
            path = ElementTree.fromstring(svg).find(f".//{SVG}g[@id='patch_1']/{SVG}path")
            assert path.get("style") == f"fill: {PAPER}"
            width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
            assert {width, height} <= set(path.get("d").split()), "it covers the whole"

    def test_every_colour_is_one_that_is_known_in_the_dark_too(self, study, trials, history):
        known = {colour.lower() for colour in (*PALETTE, *VERDICT_COLOURS.values())}
        known |= set(re.findall(r": (#[0-9a-f]{6})", dark_rules()))
        for svg in draw_all(report(study, trials, history)).values():
            used = set(re.findall(r"(?:fill|stroke): (#\w+)", svg.split("</defs>", 1)[1]))
            assert used - known == set()

    def test_the_rules_turn_text_and_ground_and_stay_off_paper(self):
        rules = dark_rules("figure svg")
        assert rules.startswith("@media screen and (prefers-color-scheme:dark){figure svg [style*=")
        assert 'figure svg [style*="fill: #222222"]{fill:#e6e9ec!important}' in rules
        assert 'figure svg [style*="fill: #ffffff"]{fill:#15191d!important}' in rules

    def test_text_can_be_read_on_its_ground_in_both(self):
        dark = dict(re.findall(r'fill: (#\w+)"\]\{fill:(#\w+)!', dark_rules()))
        for text in (INK, SOFT):
            assert contrast(text, PAPER) > 4.5
            assert contrast(dark[text], dark[PAPER]) > 4.5
        for colour in PALETTE:
            assert contrast(dark.get(colour.lower(), colour), dark[PAPER]) > 3

    def test_a_page_has_the_rules_once_and_not_those_of_each_figure(self, study, trials, history):
        svg = next(iter(draw_all(report(study, trials, history)).values()))
        assert svg.count("prefers-color-scheme") == 1
        assert "prefers-color-scheme" not in inline(svg, "f0", "x")


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2 defines it."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_marked_text_is_only_text(study, trials, history):
    def draw(_, axes):
        mark(axes.plot([1], [1], "o")[0], '"><script>', says=["</title><script>alert(1)</script>"])

    svg = drawn(draw)
    assert "<script" not in svg
    assert html.escape("</title><script>alert(1)</script>") in svg
