import io

import numpy as np
import pytest
from rich.console import Console

from harness.pages.terminal import render
from harness.records import pack_hits
from harness.reports import report
from harness.study import change_study


def printed(comparison, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(render(comparison, width))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_it_fits(study, trials, history, width):
    assert all(len(line) <= width for line in printed(report(study, trials, history), width).splitlines())


def test_wide_has_everything(study, trials, history):
    text = printed(report(study, trials, history), 160)
    assert "98.70 (98.45 to 98.95)" in text
    assert "242,062" in text
    assert "better" in text


def test_narrow_leaves_out_costs_and_intervals(study, trials, history):
    text = printed(report(study, trials, history), 80)
    assert "98.70" in text
    assert "98.45" not in text
    assert "MACs" not in text


@pytest.mark.parametrize("width", [80, 90, 100, 125, 160])
def test_no_verdict_is_cut_off(study, trials, history, width):
    text = printed(report(study, trials, history), width)
    assert text.count("undecided") >= 2  # in the sentence and in the table
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize(("width", "times"), [(80, 0), (132, 1), (160, 2)])
def test_intervals_on_new_images_where_there_is_room(study, trials, history, width, times):
    """Of means where they have intervals, of contrasts where they have details."""
    hits = [pack_hits(np.arange(1000) < round(1000 * accuracy)) for accuracy in trials["test_accuracy"]]
    text = printed(report(study, trials.assign(test_hits=hits), history), width)
    assert " ".join(text.split()).count("on new") == times
    assert "undecided" in text.split("replicate by replicate")[1]
    assert max(len(line) for line in text.splitlines()) <= width


def test_the_verdict_stands_right_after_what_it_is_of(study, trials, history):
    lines = [line.split() for line in printed(report(study, trials, history), 80).splitlines()]
    assert ["variant", "metric", "verdict", "difference", "95", "%", "interval"] in [line[:7] for line in lines]


@pytest.mark.parametrize(
    ("width", "cells"),
    [
        (80, "downsample=stride undecided −0.20 points undecided −50 % better −50 %"),
        (56, "downsample=stride undecided undecided better"),
    ],
)
def test_all_verdicts_come_before_the_details(study, trials, history, width, cells):
    text = printed(report(study, trials, history), width)
    glance = text.partition("Verdicts against")[2].partition("What each variant measured")[0]
    (line,) = (line for line in glance.splitlines() if line.strip().startswith("downsample=stride"))
    assert " ".join(line.split()) == cells


def test_one_metric_alone_has_no_matrix(study, trials, history):
    alone = change_study(study, ["report.metrics=['test_accuracy']"])
    assert "Verdicts against" not in printed(report(alone, trials, history), 80)


def test_the_answer_stands_in_bold_below_its_question(study, trials, history):
    shown = report(study, trials, history)
    console = Console(file=io.StringIO(), width=10_000, force_terminal=True, color_system="truecolor")
    console.print(render(shown, 10_000))
    lines = console.file.getvalue().splitlines()
    assert lines[:2] == [study.question, f"\x1b[1m{shown.headline}\x1b[0m"]
