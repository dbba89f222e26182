import io

import numpy as np
import pytest
from rich.console import Console

from harness.findings.finding import Table
from harness.pages.terminal import draw_table, render
from harness.records import pack_hits
from harness.reports import report


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


@pytest.mark.parametrize(("width", "times"), [(80, 0), (130, 1), (160, 2)])
def test_intervals_on_new_images_where_there_is_room(study, trials, history, width, times):
    """Of means where they have intervals, of contrasts where they have details."""
    hits = [pack_hits(np.arange(1000) < round(1000 * accuracy)) for accuracy in trials["test_accuracy"]]
    text = printed(report(study, trials.assign(test_hits=hits), history), width)
    assert " ".join(text.split()).count("on new") == times
    assert "undecided" in text.split("replicate by replicate")[1]
    assert max(len(line) for line in text.splitlines()) <= width


def test_a_table_that_is_too_wide_breaks_headings_then_cells_then_labels():
    """Nothing is cut off: with ten replicates the seconds were."""
    table = Table(
        "",
        ("variant", "reached target", "metric"),
        (False, True, False),
        (("downsample=stride", "10 of 10", "steps"),),
        (False,),
    )

    def drawn(width):
        console = Console(file=io.StringIO(), width=width)
        console.print(draw_table(table, width))
        return [line.strip() for line in console.file.getvalue().splitlines()[1:] if line.strip() and "─" not in line]

    assert drawn(43) == ["variant               target   metric", "downsample=stride   10 of 10   steps"]
    assert drawn(39) == ["variant             target   metric", "downsample=stride    10 of   steps", "10"]
    assert drawn(34) == ["variant        target   metric", "downsample=s    10 of   steps", "tride              10"]
