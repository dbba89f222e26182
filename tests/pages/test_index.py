import json
from dataclasses import replace

from harness.findings.answer.matrix import MatrixRow
from harness.pages.export import to_json
from harness.pages.index import GENERATOR, MOST_ROWS, Entry, answer_of, to_index
from harness.reports import report
from tests.pages.test_html import Balance


def test_a_report_says_its_answer_and_its_verdicts(study, trials, history):
    found = report(study, trials, history)
    answer = answer_of(to_json(found).encode())
    assert (answer.question, answer.headline, answer.matrix) == (found.question, found.headline, found.matrix)


def test_what_is_no_report_says_nothing():
    for text in (b"", b"{", b"[]", b"null", b"{}", b'{"question": "?"}', b'{"question": 1, "headline": []}', b"\xff"):
        assert answer_of(text) is None


def test_verdicts_of_another_version_are_left_out(study, trials, history):
    told = json.loads(to_json(report(study, trials, history)))
    for matrix in (None, {}, {"against": "base"}, [1]):
        answer = answer_of(json.dumps({**told, "matrix": matrix}).encode())
        assert (answer.question, answer.matrix) == (study.question, None)
    del told["matrix"]
    assert answer_of(json.dumps(told).encode()).headline == told["headline"]


def test_the_page_lists_what_it_is_given_and_links_to_it(study, trials, history):
    answer = answer_of(to_json(report(study, trials, history)).encode())
    page = to_index("reports", [Entry("a & b", answer), Entry("empty", None)])
    parsed = Balance()
    parsed.feed(page)
    assert parsed.open == []
    assert f'<meta name="generator" content="{GENERATOR}">' in page[:2000]
    assert page.count("<article>") == 2
    assert f'<a href="a%20%26%20b/comparison.html">{study.question}</a>' in page
    assert '<a href="empty/comparison.html">empty</a>' in page
    assert "cannot be read" in page
    for heading, cell in zip(answer.matrix.headings, answer.matrix.rows[0].cells, strict=True):
        assert f'<td role="cell" class="{cell.verdict}" data-heading="{heading}"' in page


def test_a_study_of_many_variants_shows_the_first_and_says_how_many_there_are(study, trials, history):
    answer = answer_of(to_json(report(study, trials, history)).encode())
    row = answer.matrix.rows[0]
    rows = tuple(replace(row, label=f"variant {number}") for number in range(MOST_ROWS + 3))
    page = to_index("reports", [Entry("x", replace(answer, matrix=replace(answer.matrix, rows=rows)))])
    assert page.count('<th scope="row"') == MOST_ROWS
    assert "3 more in the report." in page


def test_text_of_others_is_only_text(study, trials, history):
    answer = answer_of(to_json(report(study, trials, history)).encode())
    evil = '"><script>alert(1)</script>'
    cells = tuple(replace(cell, verdict=evil, note=evil, size=evil) for cell in answer.matrix.rows[0].cells)
    row: MatrixRow = replace(answer.matrix.rows[0], label=evil, cells=cells)
    matrix = replace(answer.matrix, rows=(row,), against=evil, headings=(evil,) * len(cells))
    page = to_index(evil, [Entry("x", replace(answer, question=evil, headline=evil, matrix=matrix))])
    assert page.count("<script>") == 1
    parsed = Balance()
    parsed.feed(page)
    assert parsed.open == []
