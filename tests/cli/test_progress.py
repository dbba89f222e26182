from __future__ import annotations

import io
import re
import time
from dataclasses import replace

import pytest
from rich.console import Console

from harness.cli.progress import View, _left, duration
from harness.driver import Progress, Running
from harness.launchers import Death
from harness.plan import Assignment
from harness.records import Evaluated, Failed, Finished, Started, StopReason
from harness.study import Phase
from tests.conftest import COSTS, FINGERPRINT, make_result


@pytest.fixture
def view(tiny):
    console = Console(file=io.StringIO(), width=100, color_system=None)
    return View(console, tiny(), "val_accuracy")


@pytest.fixture
def progress(tiny):
    running = Running(Assignment(3, tiny().base, 1, Phase.DESIGN), "r", 0.0)
    return Progress(workers=2, done=1, remaining=3, running={3: running})


def said(view):
    return view.console.file.getvalue()


@pytest.mark.parametrize(
    ("allowed", "trained", "tail"),
    [(90.0, 60.0, ", 2 min of its budget left"), (-3.0, None, ", 0 s of its budget left"), (999.0, 60.0, None)],
)
def test_what_a_budget_leaves_is_said_where_it_is_less_than_what_is_left(progress, allowed, trained, tail):
    progress.allowed = allowed
    if trained is not None:
        progress.finished_here, progress.first_start = 1, time.monotonic() - trained
    if tail is None:
        assert _left(progress).startswith(", about 3 min left")
    else:
        assert _left(progress) == tail


def test_plain_lines(view, progress):
    view.plain(progress, None)
    progress.running.clear()
    view.plain(progress, Finished(3, make_result(0.987, StopReason.TARGET)))
    view.plain(progress, Failed(3, "ValueError: no", "Traceback"))
    view.plain(progress, Death((3,), "the worker process was killed by SIGKILL (out of memory?)"))
    assert said(view).splitlines() == [
        "tiny: 3 trainings to do, 1 done before, 2 at a time",
        "#3 base · r1: reached the target of 99 % after 60 steps, 2.0 s; validation accuracy 98.70 %  [1 of 4]",
        "#3 base · r1: FAILED: ValueError: no",
        "#3 base · r1: the worker process was killed by SIGKILL (out of memory?)",
    ]


def test_that_others_use_the_machine_is_said_with_the_first_training_that_they_disturbed(view, progress, tiny):
    for load, beside in ((0.01, 0), (0.4, 0), (0.4, 1)):
        view.say(progress, Finished(3, make_result(0.987, foreign_load=load, studies_beside=beside)))
    told = [line.partition("; ")[0].partition(", ")[2] or line for line in said(view).splitlines()]
    assert told == [
        "2.0 s",
        "2.0 s beside others",
        "other programs are busy on this machine: seconds of trials beside them are not compared",
        "2.0 s beside others",
    ]
    steps = tiny(report={"metrics": ["test_accuracy"]})  # asks for no seconds
    quiet = View(Console(file=io.StringIO(), width=100, color_system=None), steps, "val_accuracy")
    quiet.say(progress, Finished(3, make_result(0.987, studies_beside=1)))
    assert said(quiet).count("\n") == 1


def test_a_training_that_diverged_has_no_scores(view, progress):
    evaluate(view, progress, float("nan"))
    assert row(view, progress)[4] == "not finite"
    view.console.file = io.StringIO()
    view.say(progress, Finished(3, make_result(stop_reason=StopReason.NOT_FINITE, metrics={})))
    assert said(view) == "#3 base · r1: diverged (not finite) after 60 steps, 2.0 s; no scores  [1 of 4]\n"


def test_the_table_has_a_row_for_each_training_in_flight(view, progress):
    running = progress.running[3]
    view.console.print(view.table(progress))
    assert "preparing" in said(view)
    running.max_steps, running.last = 60, Evaluated(3, 40, 1.0, 1.0, {"val_accuracy": 0.5})
    view.console.print(view.table(progress))
    assert "40 / 60" in said(view)
    assert "to 99 %" in said(view)
    assert "+49.00 points" in said(view)
    assert "1 of 4 trainings done" in said(view)
    running.trained = True
    view.console.print(view.table(progress))
    assert "drawing pictures" in said(view)


def row(view, progress, width=80):
    """The cells of the only row of the live table."""
    view.console = Console(file=io.StringIO(), width=width, color_system=None)
    view.console.print(view.table(progress))
    return re.split(r"\s{2,}", said(view).splitlines()[2].strip())


def evaluate(view, progress, *values, metric="val_accuracy"):
    running = progress.running[3]
    running.max_steps = 10_000
    for number, value in enumerate(values, start=1):
        running.last = Evaluated(3, 1000 * number, 1.0, 1.0, {metric: value})
        view.follow(progress, running.last)


def test_a_row_has_the_learning_curve_and_how_far_the_target_is(view, progress):
    progress.running[3].began = time.monotonic() - 7.2
    evaluate(view, progress, 0.3, 0.5, 0.9, 0.975)
    cells = ["3", "base", "1", "4,000 / 10,000", "97.50 %", "▁▃██", "+1.50 points", "7 s"]
    assert row(view, progress) == cells
    evaluate(view, progress, 0.99)
    assert row(view, progress)[-3:] == ["▁▃▇██", "held", "7 s"]


def test_a_training_that_begins_again_has_a_new_curve_and_one_that_ended_none(view, progress):
    evaluate(view, progress, 0.3, 0.5)
    view.follow(progress, Started(3, FINGERPRINT, COSTS, "", 60))
    evaluate(view, progress, 0.4)
    assert view.curves == {3: [0.4]}
    progress.running.clear()
    view.follow(progress, None)
    assert view.curves == {}


def test_a_loss_is_above_its_target(tiny, progress):
    study = tiny(target={"metric": "val_loss", "value": 0.05})
    view = View(Console(), study, "val_loss")
    evaluate(view, progress, 0.3, 0.0625, metric="val_loss")
    assert "−0.0125" in row(view, progress)


def test_without_a_target_no_column_is_about_it(tiny, progress):
    view = View(Console(), tiny(target=None), "val_accuracy")
    evaluate(view, progress, 0.3)
    assert row(view, progress)[:6] == ["3", "base", "1", "1,000 / 10,000", "30.00 %", "▄"]


@pytest.mark.parametrize(
    ("width", "head"),
    [
        (120, ["trial", "variant", "r", "steps", "val acc", "curve", "to 99 %", "time"]),
        (108, ["trial", "variant", "r", "steps", "val acc", "to 99 %", "time"]),
        (92, ["trial", "variant", "r", "steps", "val acc", "time"]),
    ],
)
def test_a_label_is_whole_on_a_narrow_terminal(view, progress, width, head):
    running = progress.running[3]
    label = "learning_rate=0.0031622776, dense_dropout=0.25"
    running.assignment = replace(running.assignment, variant=replace(running.assignment.variant, label=label))
    evaluate(view, progress, *(n / 100 for n in range(40)))
    assert row(view, progress, width)[1] == label
    assert re.split(r"\s{2,}", said(view).splitlines()[1].strip().replace(" r ", "  r  ")) == head


def test_a_label_that_is_too_long_goes_on_below(view, progress):
    running = progress.running[3]
    label = "learning_rate=0.0031622776, dense_dropout=0.25"
    running.assignment = replace(running.assignment, variant=replace(running.assignment.variant, label=label))
    evaluate(view, progress, 0.5)
    row(view, progress, 72)
    first, second = said(view).splitlines()[2:4]
    assert first.split()[:2] == ["3", "learning_rate=0.0031622776,"]
    assert second.split() == ["dense_dropout=0.25"]


def test_when_all_is_trained_the_workers_are_ended(view, progress):
    progress.running.clear()
    progress.done, progress.remaining = 4, 0
    view.console.print(view.table(progress))
    assert said(view).splitlines()[-1].strip() == "4 of 4 trainings done, ending the workers ..."
    assert "variant" not in said(view)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (12_000, "3 h 20 min")]
)
def test_duration(seconds, text):
    assert duration(seconds) == text
