"""A report's page as a reader has it: opened from disk, in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report import read_report, write_report
from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser

STUDIES = ("layer_sizes", "smallest_network", "same_function")
"""One at a time, a search with a Pareto front, and one with sections of its own."""

CONTRASTS = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *:not(svg *):not(script)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [one, two] = [parts(getComputedStyle(element).color), ground(element)].map(light).sort((a, b) => b - a);
    found.push([(one + 0.05) / (two + 0.05), element.tagName + " " + element.textContent.trim().slice(0, 30)]);
  }
  for (const field of document.querySelectorAll("input[placeholder]")) {
    if (!field.checkVisibility()) continue;
    const shown = parts(getComputedStyle(field, "::placeholder").color);
    const [one, two] = [shown, ground(field)].map(light).sort((a, b) => b - a);
    found.push([(one + 0.05) / (two + 0.05), field.placeholder]);
  }
  return found.sort((a, b) => a[0] - b[0]);
}
"""
"""Contrast of each text and placeholder with what is behind it (WCAG 2, 1.4.3), the lowest first."""


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> dict[str, Path]:
    """Reports built from the committed Parquet files."""
    place = tmp_path_factory.mktemp("reports")
    return {name: write_report(*read_report(Path("reports") / name), place / name).html for name in STUDIES}


@pytest.fixture
def open_page(chromium, reports):
    """Open a report; at the end nothing was complained of, and nothing was asked for but files."""
    contexts, complaints, asked = [], [], []

    def opened(study="layer_sizes", **settings):
        context = chromium.new_context(**{"viewport": {"width": 1200, "height": 900}, **settings})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(reports[study].as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert asked
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []


def column(bodies, place):
    """Return a column's cells without what stands small below, of the first row of each group."""
    texts = bodies.evaluate_all("(all, place) => all.map((body) => body.rows[0].cells[place].innerText)", place)
    return [text.strip().partition("\n")[0] for text in texts]


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(open_page):
    page = open_page()
    table = page.locator("table.sortable").first
    bodies, heading = table.locator("tbody"), table.locator("thead th", has_text="parameters")
    place = heading.evaluate("cell => cell.cellIndex")
    counts = [int(text.replace(",", "")) for text in column(bodies, place)]
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column(bodies, place) == [f"{count:,}" for count in sorted(counts)] != [f"{count:,}" for count in counts]
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert column(bodies, place) == [f"{count:,}" for count in sorted(counts, reverse=True)]


def test_names_sort_by_the_numbers_in_them(open_page):
    page = open_page()
    table = page.locator("table.sortable").first
    table.get_by_role("button", name="variant").dblclick()
    names = [name for name in column(table.locator("tbody"), 0) if "filters" in name]
    assert names == ["conv.1.filters=72", "conv.1.filters=18", "conv.0.filters=32", "conv.0.filters=8"]


def test_the_keyboard_reaches_every_heading_and_sorts(open_page):
    page = open_page()
    page.get_by_role("searchbox").first.focus()
    headings = page.locator("table.sortable").first.locator("thead th").all_inner_texts()
    page.keyboard.press("Tab")  # the table's own box, which the arrow keys scroll
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    reached = []
    for _ in headings:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"  # focus can be seen
    assert reached == headings
    for key, order in (("Enter", "ascending"), ("Space", "descending")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.parentElement.getAttribute('aria-sort')") == order
    assert page.locator("[aria-sort]").count() == 1


def test_the_filter_keeps_the_rows_that_hold_every_word(open_page):
    page = open_page()
    bodies = page.locator("table.sortable").first.locator("tbody")
    names = column(bodies, 0)
    field = page.get_by_role("searchbox", name="Filter rows", exact=True).first
    field.fill("conv.0 FILTERS")
    wanted = [name for name in names if name == "base" or name.startswith("conv.0.filters")]  # the base names all
    assert 1 < len(wanted) < len(names)
    assert column(bodies.filter(visible=True), 0) == wanted
    assert page.get_by_role("status").first.inner_text().strip() == f"{len(wanted)} of {len(names)}"
    field.fill("")
    assert bodies.filter(visible=True).count() == len(names)


@pytest.mark.parametrize("study", STUDIES)
def test_every_link_within_the_page_leads_to_a_heading(open_page, study):
    page = open_page(study)
    links = page.get_by_role("navigation", name="On this page").get_by_role("link")
    assert links.count() == page.locator("h2").count() > 5
    for link in links.all():
        heading = page.locator(link.get_attribute("href"))
        assert heading.evaluate("heading => heading.tagName") == "H2"
        assert heading.inner_text() == link.inner_text()
    links.filter(has_text="Learning curves").click()
    page.wait_for_function("Math.abs(document.querySelector('#learning-curves').getBoundingClientRect().top) < 40")


def test_every_file_that_the_page_links_to_is_there_and_a_figure_opens(open_page, reports):
    page = open_page()
    links = page.locator("a:not([href^='#']):not([href^='http'])").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    assert sum(name.endswith(".svg") for name in links) == page.locator("figure svg[role=img]").count() > 0
    assert set(links) >= {"trials.parquet", "history.parquet", "comparison.csv", "report.json"}
    assert [name for name in links if not (reports["layer_sizes"].parent / name).is_file()] == []
    page.locator("figcaption a").first.click()
    page.wait_for_url("**/figures/*.svg")
    assert page.evaluate("document.documentElement.tagName") == "svg"


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_in_dark(open_page, study, scheme):
    page = open_page(study, color_scheme=scheme)
    page.locator("summary").evaluate_all("all => all.forEach((one) => one.parentElement.open = true)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in ground[4:-1].split(",")) / 3
    assert brightness < 40 if scheme == "dark" else brightness > 240
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 100
    assert [pair for pair in contrasts if pair[0] < 4.5] == []


@pytest.mark.parametrize("study", STUDIES)
def test_on_a_telephone_the_tables_scroll_and_the_page_does_not(open_page, study):
    page = open_page(study, viewport={"width": 360, "height": 740})
    page.locator("summary").evaluate_all("all => all.forEach((one) => one.parentElement.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    boxes = page.locator(".scroll").evaluate_all("boxes => boxes.map((box) => [box.scrollWidth, box.clientWidth])")
    assert any(inner > outer for inner, outer in boxes)
    assert page.locator(".scroll").first.evaluate("box => { box.scrollLeft = 80; return box.scrollLeft }") == 80
    too_wide = "all => all.filter((one) => one.getBoundingClientRect().right > 361).map((one) => one.outerHTML)"
    assert page.locator("h1, h2, p, li, dl, figure, figure > svg, figure > img, pre, nav").evaluate_all(too_wide) == []


def test_print_is_dark_on_white_without_what_paper_cannot_do(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [pair for pair in page.evaluate(CONTRASTS) if pair[0] < 4.5] == []
    assert not page.get_by_role("searchbox").first.is_visible()
    assert not page.get_by_role("navigation").is_visible()
    overflow = "boxes => boxes.map((box) => getComputedStyle(box).overflowX)"
    assert set(page.locator(".scroll").evaluate_all(overflow)) == {"visible"}
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("study", STUDIES)
def test_a_screen_reader_finds_its_way(open_page, study):
    page = open_page(study)
    assert page.get_by_role("main").count() == page.locator("h1").count() == 1
    assert page.get_by_role("region", name="Answer").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0
    unnamed = "all => all.filter((one) => !(one.getAttribute('aria-label') || one.alt)).length"
    pictures = page.locator("figure > svg, img")
    assert pictures.count() > 0
    assert pictures.evaluate_all(unnamed) == 0
    ids = page.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))
