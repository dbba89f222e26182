from dataclasses import replace

import pandas as pd

from harness.escaping import inline as cell
from harness.findings.finding import Table
from harness.pages.markdown import fence, roomy_table, to_markdown
from harness.reports import report


def test_the_page_begins_with_question_and_answer(study, trials, history):
    lines = to_markdown(report(study, trials, history)).splitlines()
    assert lines[0] == "# Does a stride of 2 do the work of max-pooling?"
    assert lines[2].startswith("**A stride instead of max-pooling has 50 % fewer parameters. Not decided yet: ")


def test_the_page_has_tables_figures_and_how_to_rebuild(study, trials, history):
    page = to_markdown(report(study, trials, history))
    assert "| 3 | 98.40 (98.40 to 98.40) | 98.50 (98.50 to 98.50) | 3 of 3 | 695 (486 to 994) |" in page
    assert "](figures/val_accuracy_by_seconds.svg)" in page
    assert "| `train.learning_rate` | 0.0001 |" in page
    assert "harness report reports/pooling_or_stride " in page
    assert "harness run studies/pooling_or_stride.toml " in page
    assert f"| 5 | downsample=stride | 2 | design | finished | `{5:032x}` |" in page
    assert "\n\n\n" not in page


def test_every_table_has_as_many_cells_in_each_row(study, trials, history):
    page = to_markdown(report(study, trials, history))
    for block in page.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1


def test_an_empty_study_still_has_a_page(study):
    page = to_markdown(report(study, pd.DataFrame(), pd.DataFrame()))
    assert "No trial has finished yet" in page
    assert "## Runs" not in page


def test_markup_in_text_is_escaped(study, trials, history):
    assert cell("a|b *c* <d>\ne") == r"a\|b \*c\* \<d> e"
    assert fence("plain") == "```"
    assert fence("a ``` b") == "````"
    comparison = replace(report(study, trials, history), text="notes = '''```'''")
    assert "````toml" in to_markdown(comparison)


def test_a_table_for_pages_without_room_between_cells():
    table = Table("", ("variant", "loss"), (False, True), (("a|b", "0.1"),), (False,))
    assert roomy_table(table) == "| variant&emsp; | loss&emsp; |\n| --- | ---: |\n| a\\|b&emsp; | 0.1&emsp; |"
