import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd

from harness.findings.tables import contrasts_table
from harness.pages.html import row_groups, to_html
from harness.pages.svg import draw_all
from harness.reports import report
from tests.findings.test_rows import explored, search

VOID = {"meta", "wbr", "path", "use", "rect", "clippath", "link"}


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
        self.ids = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def page_of(comparison):
    return to_html(comparison, draw_all(comparison))


def test_the_page_is_well_formed_with_unique_ids(study, trials, history):
    parsed = Balance()
    parsed.feed(page_of(report(study, trials, history)))
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert parsed.tags.count("svg") == 8  # two learning curves, two forests, two of paired slopes, two times to target
    assert parsed.tags.count("caption") == 4
    assert parsed.tags.count("script") == 1


def test_the_page_needs_nothing_else(study, trials, history):
    page = page_of(report(study, trials, history))
    assert len(page.encode()) < 1_000_000
    beside = r"figures/|trials\.parquet|history\.parquet|comparison\.|report\.json"  # links that a reader may follow
    assert not re.search(rf'src="|href="(?!#|{beside}|http://127.0.0.1:5000/)|fetch\(|XMLHttpRequest', page)
    assert "@import" not in page
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_tables_and_figures_can_be_read_aloud(study, trials, history):
    page = page_of(report(study, trials, history))
    assert '<th scope="col">variant</th>' in page
    assert '<th scope="rowgroup" rowspan="3">downsample<wbr>=stride</th>' in page
    assert 'role="img" aria-label="Line chart of validation accuracy against steps' in page
    assert '<td class="number">98.70 <small>98.45 to 98.95</small></td>' in page
    assert '<td class="verdict better">better</td>' in page


def test_a_variant_has_one_group_of_rows(study, trials, history):
    groups = row_groups(contrasts_table(report(study, trials, history)))
    assert [(name, len(rows)) for name, rows, _ in groups] == [("downsample=stride", 3)]


def test_markup_in_text_is_escaped(study, trials, history):
    page = page_of(replace(report(study, trials, history), question="Is 1 < 2 & <script>?", notes="a <b>"))
    assert "<h1>Is 1 &lt; 2 &amp; &lt;script&gt;?</h1>" in page
    assert "a &lt;b&gt;" in page


def test_two_hundred_variants_stay_readable():
    study = search()
    trials = pd.DataFrame([explored(study, number, 1e-5 * (number + 11), 0.9) for number in range(200)])
    at = np.arange(0, 1000, 10)
    history = pd.concat(
        [pd.DataFrame({"trial": n, "step": at, "train_seconds": at / 9, "val_accuracy": 0.9}) for n in range(200)]
    )
    page = page_of(report(study, trials, history))
    assert len(page.encode()) < 1_000_000
    assert "The best 50 of 201 variants" in page  # with the base
    assert "more variants are not drawn" in page


def test_an_empty_study_still_has_a_page(study):
    parsed = Balance()
    parsed.feed(page_of(report(study, pd.DataFrame(), pd.DataFrame())))
    assert parsed.open == []
