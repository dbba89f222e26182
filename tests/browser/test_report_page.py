"""The page of a report in a real browser, opened from disk: what can be clicked, seen, printed and read aloud."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from harness.reports.reading import read_report
from harness.reports.writing import write_report
from harness.study import build_study
from tests.browser.conftest import SLOWEST, contrast

pytestmark = pytest.mark.browser

NAMES = ("pooling_or_stride", "layer_sizes", "learning_rate")
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
A4 = 718  # CSS pixels between the browser's usual margins

FIRST_ROWS = """(table, column) => [...table.tBodies].filter((body) => !body.hidden).map((body) =>
  body.rows[0].cells[column].innerText.split("\\n")[0].trim())"""

COLOURS = """() => {
  const found = [];
  const ground = (element) => {
    while (getComputedStyle(element).backgroundColor === "rgba(0, 0, 0, 0)") element = element.parentElement;
    return getComputedStyle(element).backgroundColor;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || element.closest("svg, script")) continue;
    if (element.getClientRects().length) {
      found.push([texts.currentNode.textContent.trim(), getComputedStyle(element).color, ground(element)]);
    }
  }
  for (const field of document.querySelectorAll("input")) {
    found.push([field.placeholder, getComputedStyle(field, "::placeholder").color, ground(field)]);
  }
  return found;
}"""

BEYOND = """() => [...document.querySelectorAll("body *")]
  .filter((element) => !element.closest(".scroll *, pre *, svg *") && element.getClientRects().length)
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map((element) => element.outerHTML.slice(0, 80))"""


class Open:
    """Opens the page of a study and notes what it asks for and what it complains about."""

    def __init__(self, browser, reports):
        self.browser, self.reports = browser, reports
        self.contexts, self.requests, self.complaints = [], [], []

    def __call__(self, name, width=1280, **settings):
        # the driver's own waiting evaluates text, which pages forbid
        settings = {"bypass_csp": True, **settings}
        context = self.browser.new_context(viewport={"width": width, "height": 800}, **settings)
        context.set_default_timeout(SLOWEST)
        self.contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.reports[name].as_uri())
        page.evaluate(OPEN_ALL)
        return page


@pytest.fixture
def show(browser, reports):
    show = Open(browser, reports)
    yield show
    for context in show.contexts:
        context.close()
    assert show.complaints == []
    assert [url for url in show.requests if not url.startswith(("file:", "data:"))] == []


def table_of(page, place=0):
    return page.locator("table.sortable:not(.matrix)").nth(place)


def column_of(table, heading):
    """Number of a column and its button; some headings wrap over lines."""
    names = [re.sub(r"\s+", " ", name).strip() for name in table.locator("thead th").all_inner_texts()]
    place = names.index(heading)
    return place, table.locator("thead th").nth(place).get_by_role("button")


def number(text):
    found = re.match(r"[−+]?[\d,]+(\.\d+)?(e-?\d+)?", text.lstrip("<"))
    return float(found[0].replace(",", "").replace("−", "-")) if found else None


class TestSorting:
    def test_a_click_sorts_by_number_and_another_the_other_way(self, show):
        table = table_of(show("layer_sizes"))
        column, button = column_of(table, "multiply-accumulates")
        before = [number(text) for text in table.evaluate(FIRST_ROWS, column)]
        assert len(before) == 9
        assert before not in (sorted(before), sorted(before, reverse=True))
        heading = table.locator("thead th").nth(column)
        assert heading.get_attribute("aria-sort") is None

        button.click()
        assert [number(text) for text in table.evaluate(FIRST_ROWS, column)] == sorted(before)
        assert heading.get_attribute("aria-sort") == "ascending"
        button.click()
        assert [number(text) for text in table.evaluate(FIRST_ROWS, column)] == sorted(before, reverse=True)
        assert heading.get_attribute("aria-sort") == "descending"

    def test_one_column_at_a_time_says_that_it_is_sorted_and_rows_stay_whole(self, show):
        table = table_of(show("layer_sizes"))
        rows = set(table.locator("tbody").all_inner_texts())
        column_of(table, "multiply-accumulates")[1].click()
        column_of(table, "parameters")[1].click()
        assert table.locator("th[aria-sort]").all_inner_texts() == ["parameters"]
        assert set(table.locator("tbody").all_inner_texts()) == rows

    def test_labels_sort_by_the_numbers_in_them(self, show):
        table = table_of(show("layer_sizes"))
        column, button = column_of(table, "variant")
        button.click()
        rising = [
            "base", "conv.0.filters=8", "conv.0.filters=32", "conv.0.kernel=3",
            "conv.1.filters=18", "conv.1.filters=72", "conv.1.kernel=3", "dense.0=32", "dense.0=512",
        ]  # fmt: skip
        assert table.evaluate(FIRST_ROWS, column) == rising
        button.click()
        assert table.evaluate(FIRST_ROWS, column) == rising[::-1]

    def test_cells_without_a_number_come_last_in_both_directions(self, show):
        table = table_of(show("keras_two_conv"))
        column, button = column_of(table, "test loss")
        numbers = sorted(value for text in table.evaluate(FIRST_ROWS, column) if (value := number(text)) is not None)
        missing = [None] * (table.locator("tbody").count() - len(numbers))  # of published training losses
        assert len(numbers) > len(missing) > 0
        button.click()
        assert [number(text) for text in table.evaluate(FIRST_ROWS, column)] == numbers + missing
        button.click()
        assert [number(text) for text in table.evaluate(FIRST_ROWS, column)] == numbers[::-1] + missing

    @pytest.mark.parametrize("key", ["Enter", "Space"])
    def test_the_keyboard_reaches_a_heading_and_sorts(self, show, key):
        page = show("layer_sizes")
        on_heading = "document.activeElement.matches('thead button') && document.activeElement.textContent.trim()"
        for _ in range(page.locator("a, summary, input, button, .scroll").count()):
            page.keyboard.press("Tab")
            if page.evaluate(on_heading):
                break
        assert page.evaluate(on_heading) == "variant"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        heading = page.locator("table.sortable thead th").first
        page.keyboard.press(key)
        assert heading.get_attribute("aria-sort") == "ascending"
        page.keyboard.press(key)
        assert heading.get_attribute("aria-sort") == "descending"

    def test_a_table_of_two_variants_has_nothing_to_sort(self, show):
        counted = """all => all.map((table) => [table.tBodies.length, table.tHead.rows[0].cells.length,
            table.querySelectorAll("thead button").length])"""
        found = show("pooling_or_stride").locator("table.sortable:not(.matrix)").evaluate_all(counted)
        assert [buttons for groups, _, buttons in found if groups < 3][:2] == [0, 0], "scores, and differences"
        assert all(buttons == (columns if groups >= 3 else 0) for groups, columns, buttons in found)


class TestFilter:
    def test_rows_that_hold_all_words_stay(self, show):
        page = show("layer_sizes")
        table, field = table_of(page), page.get_by_role("searchbox").first
        field.fill("kernel=3")
        assert table.evaluate(FIRST_ROWS, 0) == ["conv.0.kernel=3", "conv.1.kernel=3"]
        assert page.get_by_role("status").first.inner_text().strip() == "2 of 9"
        field.fill("KERNEL=3 conv.1")
        assert table.evaluate(FIRST_ROWS, 0) == ["conv.1.kernel=3"]
        assert table.locator("tbody:visible").count() == 1
        field.fill("")
        assert table.locator("tbody:visible").count() == 9
        assert page.get_by_role("status").first.inner_text().strip() == ""

    def test_words_filter_rows_rather_than_variants(self, show):
        page = show("layer_sizes")
        table = table_of(page, 1)
        field = page.get_by_role("searchbox", name="Filter rows: Against base")
        field.fill("parameters better")
        rows = table.locator("tr:visible").all_inner_texts()[1:]
        assert [row.split("\t")[1:3] for row in rows] == [["better", "parameters"]] * len(rows)
        labels = ["conv.0.filters=8", "conv.1.filters=18", "conv.0.kernel=3", "conv.1.kernel=3", "dense.0=32"]
        assert {row.split("\t")[0] for row in rows} <= {*labels}
        assert page.get_by_role("status").filter(has_text=f"{len(rows)} of 24").count() == 1
        field.fill("−0.16")  # a minus as it is shown, or as it is typed
        shown = table.locator("tr:visible").count()
        field.fill("-0.16")
        assert table.locator("tr:visible").count() == shown > 1
        field.fill("")
        assert table.locator("tr:visible").count() == 25
        spans = "cells => cells.map((cell) => [cell.rowSpan, cell.parentElement.rowIndex % 3])"
        assert table.locator("tbody th").evaluate_all(spans) == [[3, 1]] * 8

    def test_each_field_is_named_for_its_table(self, show):
        page = show("layer_sizes")
        field = page.get_by_role("searchbox", name="Filter rows: What each variant measured")
        field.fill("dense")
        assert field.count() == 1, "the count of rows is no part of the name"
        assert page.get_by_role("searchbox", name="Filter rows: Against base").count() == 1


class TestFirstScreen:
    """What is seen before anybody scrolls."""

    def test_answer_verdicts_and_forest_are_on_it(self, show):
        page = show("pooling_or_stride")
        for part in (".lead", ".matrix tbody", ".first figure >> nth=0"):
            box = page.locator(part).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 1280
            assert box["y"] + box["height"] <= 800, part

    def test_each_verdict_has_a_word_a_letter_and_a_colour(self, show):
        cells = show("layer_sizes").locator(".matrix td")
        assert cells.count() == 24
        looks = """cells => cells.map((cell) => [cell.querySelector(".word").textContent.slice(1),
          cell.querySelector(".letter").textContent, getComputedStyle(cell).backgroundColor])"""
        found = {tuple(look) for look in cells.evaluate_all(looks)}
        letters = {"better": "B", "worse": "W", "equivalent": "E", "identical": "I", "undecided": "U"}
        assert {letters[word] for word, _, _ in found} == {letter for _, letter, _ in found}
        colours = {word: colour for word, _, colour in found}
        assert len(found) == len(colours) == len({*colours.values()}) >= 3

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("width", [360, 400])
    def test_on_a_phone_each_verdict_is_within_the_screen(self, show, name, width):
        page = show(name, width=width)
        ends = "all => all.map((one) => one.getBoundingClientRect().right)"
        assert max(page.locator(".matrix .word").evaluate_all(ends)) <= width
        verdicts = table_of(page, 1).locator("td.verdict")
        assert verdicts.count() > 2
        assert max(verdicts.evaluate_all(ends)) <= width
        assert page.locator(".matrix").get_by_role("cell").count() == page.locator(".matrix td").count()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_in_dark(show, name, scheme):
    page = show(name, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (contrast(ground, "rgb(255, 255, 255)") > 15) == (scheme == "dark")
    found = page.evaluate(COLOURS)
    assert len(found) > 100
    assert {(text, *pair) for text, *pair in found if contrast(*pair) < 4.5} == set()


def test_contrast_is_that_of_wcag():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("name", NAMES)
def test_on_a_narrow_screen_tables_scroll_and_the_page_does_not(show, name):
    page = show(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(BEYOND) == []
    box = page.locator(".scroll:not(:has(.matrix))").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.matches('.scroll') && document.activeElement.scrollLeft > 0")


@pytest.mark.parametrize("name", NAMES)
def test_on_paper_it_is_black_on_white_within_the_sheet_and_without_controls(show, name):
    page = show(name, width=A4, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("input:visible, .filter:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") == A4
    boxes = "boxes => boxes.map((box) => [box.scrollWidth - box.clientWidth, getComputedStyle(box).overflowX])"
    for beyond, overflow in page.locator(".scroll").evaluate_all(boxes):
        assert (beyond, overflow) == (0, "visible")


@pytest.mark.parametrize("name", NAMES)
class TestReadAloud:
    def test_there_is_one_title_and_the_headings_skip_no_level(self, show, name):
        page = show(name)
        levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map((one) => Number(one.tagName[1]))")
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert page.title() == page.locator("h1").inner_text()

    def test_each_table_has_a_caption_and_headings_with_a_scope(self, show, name):
        page = show(name)
        tables = page.locator("table")
        assert tables.count() == page.locator("table > caption").count() >= 3
        assert page.locator("th").count() == page.locator("th[scope]").count() > 10
        without = "tables => tables.filter((table) => !table.querySelector('thead th[scope=col]')).length"
        assert tables.evaluate_all(without) == 0

    def test_each_picture_has_a_name_and_is_drawn(self, show, name):
        page = show(name)
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        images = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") in ("image", "img")]
        drawn = page.locator("svg, img")
        assert len(images) == drawn.count() >= 4
        assert all(len(words.split()) > 4 for words in images), images
        assert all(
            box["width"] > 40
            for box in drawn.evaluate_all("all => all.map(one => one.getBoundingClientRect())")
            if box["height"] > 1
        )

    def test_what_is_referred_to_within_the_page_is_there(self, show, name):
        page = show(name)
        missing = """() => {
          const names = [...document.querySelectorAll("use, a")]
            .map((one) => one.getAttribute("href") || one.getAttribute("xlink:href"))
            .filter((name) => name.startsWith("#"));
          return [names.length, names.filter((name) => !document.getElementById(name.slice(1)))];
        }"""
        count, absent = page.evaluate(missing)
        assert count > 20
        assert absent == []


def test_links_lead_to_runs_in_the_local_ui(show):
    links = show("pooling_or_stride").locator("a[href^='http']").evaluate_all("all => all.map((one) => one.href)")
    assert len(links) == 16
    run = r"http://127\.0\.0\.1:5000/#/experiments/\d+/runs/[0-9a-f]{32}"
    assert [link for link in links if not re.fullmatch(run, link)] == []


def test_pictures_of_what_networks_learned_lie_in_the_page(show):
    page = show("pooling_or_stride")
    pictures = page.locator(".learned img")
    assert pictures.count() == 4
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())


class TestLinks:
    def test_the_list_of_headings_leads_to_each_of_them(self, show):
        page = show("pooling_or_stride")
        links = page.get_by_role("navigation", name="On this page").get_by_role("link")
        assert links.count() == page.locator("h2").count() > 5
        for link in links.all():
            assert page.locator(link.get_attribute("href")).inner_text() == link.inner_text()
        links.filter(has_text="Learning curves").click()
        assert page.url.endswith("#learning-curves")
        page.wait_for_function("document.querySelector('#learning-curves').getBoundingClientRect().top < innerHeight")

    def test_each_file_that_it_leads_to_is_there_and_a_figure_opens(self, show):
        page = show("pooling_or_stride")
        links = page.locator("a:not([href^='#']):not([href^='http'])")
        files = links.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        assert {"trials.parquet", "history.parquet", "comparison.csv", "report.json"} <= {*files}
        assert [name for name in files if not (show.reports["pooling_or_stride"].parent / name).is_file()] == []
        links.filter(has_text="SVG").first.click()
        page.wait_for_url("**/figures/*.svg")


def test_a_page_of_hostile_texts_runs_nothing_and_asks_for_nothing(browser, tmp_path):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>\" onfocus=alert(4) autofocus x='"
    study, trials, history = read_report("reports/layer_sizes")
    given = {**study.given, "question": evil, "notes": f"{evil} [x](javascript:alert(5))"}
    texts = dict.fromkeys(("variant", "processor", "device", "version", "python", "error"), evil)
    study = build_study(given, name=evil.replace("/", "|"), text=f"# {evil}\n</code></pre><script>alert(6)</script>")
    file = write_report(study, trials.assign(**texts), history, tmp_path / "x", store=evil).html
    opened = Open(browser, {"evil": file})
    page = opened("evil", bypass_csp=False)
    page.on("dialog", lambda dialog: opened.complaints.append(f"dialog {dialog.message}"))
    page.reload()
    assert page.locator("h1").inner_text().startswith("<script>alert(1)</script><img")
    assert page.locator("script").count() == 1
    assert page.locator("table.sortable th button").count() > 0  # the page's own script may run
    # what got into a page in spite of all would not: the browser is told the one script that may
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<a href=# onclick=document.title=1>press</a>')")
    page.get_by_text("press", exact=True).dispatch_event("click")
    assert page.title().startswith("<script>")
    assert any("Content Security Policy" in text for text in opened.complaints)
    assert [text for text in opened.complaints if text.startswith("dialog")] == []
    assert [url for url in opened.requests if url != file.as_uri()] == []
    for context in opened.contexts:
        context.close()
