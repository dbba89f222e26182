"""Tables in a terminal: nothing is cut off, and no label is broken where it tells variants apart."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.findings.finding import Table
from harness.pages.svg.style import VERDICT_COLOURS
from harness.pages.terminal import draw_contrasts
from harness.pages.terminal_table import VERDICT_STYLES, draw_table, fits

ONE = Table(
    "",
    ("variant", "reached target", "metric"),
    (False, True, False),
    (("downsample=stride", "10 of 10", "steps"),),
    (False,),
)
LABELS = (
    "base (activation=relu, downsample=max_pool, activation_order=before_pool)",
    "activation=sigmoid, downsample=average_pool, activation_order=after_pool",
    "activation=sigmoid, downsample=average_pool, activation_order=before_pool",
)
LONG = Table(
    "Against base",
    ("variant", "metric", "verdict", "difference"),
    (False, False, False, True),
    tuple(
        (label, metric, verdict, size)
        for label in LABELS
        for metric, verdict, size in (("test acc", "undecided; no", "+0.10 points"), ("steps", "worse", "1.66 times"))
    ),
    (False, False, False, False, True, True),
    "Two of many.",
)


def drawn(table, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(draw_table(table, width))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    return [line for line in lines if line.strip() and "─" not in line]


def test_it_is_as_wide_as_it_needs():
    wide = [" variant              target  metric", " downsample=stride  10 of 10  steps"]
    assert drawn(ONE, 10_000) == wide
    assert drawn(ONE, 38) == wide


def test_where_a_label_does_not_fit_it_stands_above_its_cells():
    assert drawn(ONE, 36) == ["     target  metric", " downsample=stride", "   10 of 10  steps"]
    assert fits(ONE, 38)
    assert not fits(ONE, 36)
    assert fits(ONE, 36, stacked=True)


def test_a_narrower_one_breaks_cells_at_words_and_at_last_anywhere():
    assert not fits(ONE, 18, stacked=True)
    assert drawn(ONE, 18) == ["    target  metric", " downsample=stride", "     10 of  steps", "        10"]
    lines = "   targ  metr|     et  ic| downsample=s| tride|     10  step|     of  s|     10"
    assert drawn(ONE, 13) == lines.split("|")


@pytest.mark.parametrize("width", [60, 80])
def test_labels_that_differ_at_their_ends_stay_apart(width):
    text = drawn(LONG, width)
    assert text[0] == "Against base"
    assert text[-1] == "Two of many."
    if width == 80:
        assert [line.strip() for line in text if line.startswith(" activation")] == list(LABELS[1:])
    said = " ".join(" ".join(text).split())
    assert all(label in said for label in LABELS)
    assert said.count("undecided +0.10 points") == said.count("worse 1.66 times") == 3


def test_what_is_below_a_label_is_aligned():
    text = drawn(LONG, 80)
    assert text[1:7] == [
        "   metric    verdict      difference",
        " base",
        " (activation=relu, downsample=max_pool, activation_order=before_pool)",
        "   test acc  undecided  +0.10 points",
        "   steps     worse        1.66 times",
        " activation=sigmoid, downsample=average_pool, activation_order=after_pool",
    ]


def test_the_number_of_a_run_stands_before_its_label():
    runs = Table("", ("run", "variant", "status"), (False,) * 3, (("#10", "dense_dropout=0.25", "finished"),), (False,))
    assert drawn(runs, 80) == [" run  variant             status", " #10  dense_dropout=0.25  finished"]
    assert drawn(runs, 24) == ["   status", " #10  dense_dropout=0.25", "   finished"]


def test_verdicts_have_the_colours_of_the_figures():
    assert VERDICT_STYLES == VERDICT_COLOURS
    console = Console(file=io.StringIO(), width=80, color_system="truecolor", force_terminal=True)
    console.print(draw_table(LONG, 80))
    assert "\x1b[38;2;213;94;0mworse" in console.file.getvalue()


def test_a_comparison_has_its_verdict_at_80_columns_and_its_details_where_there_is_room():
    table = Table(
        "",
        ("variant", "metric", "before", "after", "difference", "95 % interval", "pairs", "p (Holm)", "verdict"),
        (False, False, True, True, True, True, True, True, False),
        (("base", "test accuracy", "98.64", "98.79", "+0.15 points", "+0.07 to +0.24", "3", "0.017", "better"),),
        (False,),
    )

    def said(width):
        console = Console(file=io.StringIO(), width=width, color_system=None)
        console.print(draw_contrasts(table, width))
        (row,) = (line for line in console.file.getvalue().splitlines() if line.strip().startswith("base"))
        return " ".join(row.split())

    assert said(80) == "base test acc better 98.64 98.79 +0.15 points +0.07 to +0.24"
    assert said(120) == "base test accuracy better 98.64 98.79 +0.15 points +0.07 to +0.24 3 0.017"
