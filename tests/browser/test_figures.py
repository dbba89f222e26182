"""Figures in a real browser: what is told where they are pointed at, switched off, zoomed, listed and printed."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.pages.html import to_html
from harness.pages.svg import draw_all
from harness.pages.svg.marks import mark
from harness.pages.svg.style import report_style, svg_of
from harness.reports import report
from harness.reports.reading import read_report
from tests.browser.conftest import SLOWEST

pytestmark = pytest.mark.browser

SHOWN = "el => getComputedStyle(el).visibility === 'visible'"


class Chart(NamedTuple):
    """One figure of a page, and where a value is on the screen."""

    page: object
    figure: object
    svg: object

    def point_at(self, x, y):
        """Put the mouse over a place of the figure, in its own units."""
        place = """(svg, [x, y]) => {
          const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
          return [at.x, at.y];
        }"""
        self.page.mouse.move(*self.svg.evaluate(place, [x, y]))

    @property
    def told(self):
        return self.figure.locator(".tip").inner_text().split("\n")

    def press(self, key):
        self.svg.focus()
        self.page.keyboard.press(key)
        return self.told


def curves(_: Figure, axes: Axes) -> None:
    """Two variants; the axes go from 72 to 216 and from 172.8 up to 43.2 points, as in the tests of marks."""
    axes.plot([100, 200, 300], [50, 75, 99.5], label="base")
    axes.plot([100, 200, 300], [40, 60, 80], label="stride")
    mark(axes.fill_between([100, 200, 300], [30, 50, 70], [50, 70, 90], alpha=0.2), "stride")
    axes.set_xlabel("steps")
    axes.set_ylabel("accuracy (%)")
    axes.set_xlim(0, 400)
    axes.set_ylim(0, 100)
    axes.get_figure().legend()


def effects(_: Figure, axes: Axes) -> None:
    """Estimates that say what they are, on an axis of ratios."""
    axes.set_xscale("log")
    mark(axes.plot([0.5, 0.5, 2], [0, 1, 2], "o", color="#D55E00")[0], says=["a: half", 'b: "half" & <b>', "c: twice"])
    mark(axes.plot([0.4, 0.6], [0, 0])[0], says=["a: half"])
    axes.set_xlim(0.1, 10)
    axes.set_ylim(-1, 3)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    found = report(*read_report("reports/layer_sizes"))
    drawings = draw_all(found)
    drawn = dict(zip((found.plots[0].name, found.curves[0].name), (effects, curves), strict=True))
    for name, draw in drawn.items():
        with report_style():
            canvas = Figure(figsize=(4, 3))
            FigureCanvasSVG(canvas)
            draw(canvas, canvas.add_axes((0.25, 0.2, 0.5, 0.6)))
            drawings[name] = svg_of(canvas)
    file = tmp_path_factory.mktemp("figures") / "page.html"
    file.write_text(to_html(found, drawings), encoding="utf-8")
    return file.as_uri(), {draw: name for name, draw in drawn.items()}


@pytest.fixture
def chart(browser, address):
    url, names = address
    context = browser.new_context(viewport={"width": 1280, "height": 900})  # the page's own policy holds
    context.set_default_timeout(SLOWEST)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)

    def find(draw):
        figure = page.locator(f"figure.chart:has(a[href='figures/{names[draw]}.svg'])")
        figure.scroll_into_view_if_needed()
        return Chart(page, figure, figure.locator("svg"))

    yield find
    context.close()
    assert complaints == []


class TestPointing:
    def test_a_point_of_a_line_tells_its_series_and_its_place_on_both_axes(self, chart):
        seen = chart(curves)
        seen.point_at(72 + 144 * 200 / 400, 172.8 - 129.6 * 0.75)
        assert seen.told == ["base", "steps: 200", "accuracy (%): 75"]
        seen.point_at(72 + 144 * 300 / 400 + 2, 172.8 - 129.6 * 0.8 + 2)  # the nearest
        assert seen.told == ["stride", "steps: 300", "accuracy (%): 80"]
        near = seen.figure.locator(".near").evaluate_all("all => all.map((one) => one.dataset.series)")
        assert near == ["stride"] * 2
        seen.point_at(280, 210)
        assert seen.told == [""]
        assert seen.figure.locator(".ring").count() == 0

    def test_a_mark_that_says_something_says_that_as_it_is(self, chart):
        seen = chart(effects)
        x = 72 + 144 * (1 - 0.30103) / 2  # 0.5 on the axis from 0.1 to 10
        seen.point_at(x, 172.8 - 129.6 * 2 / 4)
        assert seen.told == ['b: "half" & <b>']

    def test_arrow_keys_go_through_a_series_and_to_the_next(self, chart):
        seen = chart(curves)
        assert seen.press("ArrowRight") == ["base", "steps: 100", "accuracy (%): 50"]
        assert seen.press("ArrowRight") == ["base", "steps: 200", "accuracy (%): 75"]
        assert seen.press("ArrowDown") == ["stride", "steps: 200", "accuracy (%): 60"]
        assert seen.press("ArrowUp") == ["base", "steps: 200", "accuracy (%): 75"]
        assert seen.press("End") == ["stride", "steps: 300", "accuracy (%): 80"]
        assert seen.press("ArrowRight") == ["stride", "steps: 300", "accuracy (%): 80"]
        assert seen.press("Home") == ["base", "steps: 100", "accuracy (%): 50"]
        assert seen.press("Escape") == [""]

    def test_what_is_told_is_told_aloud_too(self, chart):
        seen = chart(curves)
        assert seen.figure.locator(".tip").get_attribute("role") == "status"
        assert seen.svg.get_attribute("aria-label").endswith("Arrow keys tell its values.")


class TestSeries:
    def lines(self, seen, name):
        return seen.svg.locator(f".mark[data-series='{name}']:not(.key)").evaluate_all(f"all => all.map({SHOWN})")

    def test_a_click_in_the_legend_takes_a_series_away_with_its_band(self, chart):
        seen = chart(curves)
        entry = seen.svg.locator(".key[data-series='stride'] text")
        entry.click()
        assert self.lines(seen, "stride") == [False, False]
        assert self.lines(seen, "base") == [True]
        seen.point_at(72 + 144 * 300 / 400, 172.8 - 129.6 * 0.8)
        assert seen.told[0] != "stride", "what is not seen is not told"
        entry.click()
        assert self.lines(seen, "stride") == [True, True]

    def test_each_series_has_a_button_for_keyboards_that_says_its_state(self, chart):
        seen = chart(curves)
        bar = seen.figure.get_by_role("group", name="Show or hide")
        buttons = bar.get_by_role("button")
        assert buttons.all_inner_texts() == ["base", "stride"]
        buttons.first.focus()
        assert bar.bounding_box()["height"] > 15, "it is seen when it has the focus"
        seen.page.keyboard.press("Enter")
        assert buttons.evaluate_all("all => all.map((one) => one.ariaPressed)") == ["false", "true"]
        assert self.lines(seen, "base") == [False]
        assert seen.press("Home") == ["stride", "steps: 100", "accuracy (%): 40"]

    def test_marks_without_a_series_have_no_buttons(self, chart):
        assert chart(effects).figure.locator(".keys").count() == 0


class TestZoom:
    def test_buttons_zoom_in_and_out_and_show_all(self, chart):
        seen = chart(curves)
        larger, smaller, reset = (
            seen.figure.get_by_role("button", name=name) for name in ("Zoom in", "Zoom out", "Show all")
        )
        assert (smaller.is_disabled(), reset.is_disabled()) == (True, True)
        larger.click()
        assert seen.svg.get_attribute("viewBox") == "48 36 192 144", "two thirds, about the middle"
        larger.click()
        reset.click()
        assert seen.svg.get_attribute("viewBox") == "0 0 288 216"
        larger.click()
        smaller.click()
        assert seen.svg.get_attribute("viewBox") == "0 0 288 216"

    def test_a_zoomed_figure_can_be_dragged_to_its_edge_and_still_tells(self, chart):
        seen = chart(curves)
        assert seen.press("+") == [""]
        seen.point_at(144, 108)
        seen.page.mouse.down()
        seen.point_at(1000, 108)
        seen.page.mouse.up()
        assert seen.svg.get_attribute("viewBox") == "0 36 192 144"
        seen.point_at(72 + 144 * 100 / 400, 172.8 - 129.6 * 0.5)
        assert seen.told == ["base", "steps: 100", "accuracy (%): 50"]
        assert seen.press("0") == [""]
        assert seen.svg.get_attribute("viewBox") == "0 0 288 216"


def test_all_values_are_listed_in_a_table_each_once(chart):
    seen = chart(effects)
    seen.figure.get_by_text("Values", exact=True).click()
    table = seen.figure.get_by_role("table")
    table.wait_for()
    assert table.locator("tbody td").all_inner_texts() == ["a: half", 'b: "half" & <b>', "c: twice"]
    other = chart(curves)
    other.figure.get_by_text("Values", exact=True).click()
    other.figure.get_by_role("table").wait_for()
    rows = other.figure.get_by_role("table").locator("tbody tr").all_inner_texts()
    assert len(rows) == 6
    assert rows[0].split("\t") == ["base", "steps: 100; accuracy (%): 50"]


def test_on_paper_the_whole_figure_is_there_without_its_tools(chart):
    seen = chart(curves)
    seen.figure.get_by_role("button", name="Zoom in").click()
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    seen.page.emulate_media(media="print", color_scheme="dark")
    assert seen.svg.get_attribute("viewBox") == "0 0 288 216"
    assert seen.figure.locator(".tools:visible, .keys:visible, .values:visible, .tip:visible").count() == 0
    ground = seen.svg.locator("#figure_1, [id$=patch_1] path").last
    assert ground.evaluate("el => getComputedStyle(el).fill") == "rgb(255, 255, 255)"


def test_a_figure_is_dark_on_a_dark_page(chart):
    seen = chart(curves)
    seen.page.emulate_media(color_scheme="dark")
    ground = seen.svg.locator("[id$=patch_1] path").first
    assert ground.evaluate("el => getComputedStyle(el).fill") == "rgb(21, 25, 29)"
    text = seen.svg.locator("text").filter(has_text="accuracy (%)")
    assert text.evaluate("el => getComputedStyle(el).fill") == "rgb(230, 233, 236)"
