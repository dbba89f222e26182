"""The index of reports in a real browser, opened from disk."""

from __future__ import annotations

import pytest

from tests.browser.conftest import SLOWEST

pytestmark = pytest.mark.browser


@pytest.fixture
def index(browser, reports):
    context = browser.new_context(viewport={"width": 1280, "height": 800})  # the page's own policy holds
    context.set_default_timeout(SLOWEST)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((next(iter(reports.values())).parent.parent / "index.html").as_uri())
    yield page
    context.close()
    assert complaints == []


def test_words_find_reports(index, reports):
    listed = index.locator("article:visible h2 a")
    assert listed.count() == len(reports) == 4
    field = index.get_by_role("searchbox", name="Search reports")
    field.fill("MAX-POOLING stride")
    assert listed.all_inner_texts() == ["Does a stride of 2 do the work of max-pooling?"]
    assert index.get_by_role("status").inner_text().strip() == "1 of 4 reports"
    field.fill("no such words")
    assert listed.count() == 0
    field.fill("")
    assert listed.count() == 4


def test_each_report_opens_from_it(index):
    question = "Does a stride of 2 do the work of max-pooling?"
    index.get_by_role("link", name=question).click()
    index.wait_for_url("**/pooling_or_stride/comparison.html")
    assert index.locator("h1").inner_text() == question


def test_on_a_phone_it_does_not_scroll_sideways(index):
    index.set_viewport_size({"width": 360, "height": 800})
    assert index.evaluate("document.documentElement.scrollWidth") == 360
