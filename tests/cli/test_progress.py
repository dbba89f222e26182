from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.cli.progress import _View, duration
from harness.driver import Progress, Running
from harness.launchers import Death
from harness.plan import Assignment, Phase
from harness.records import Evaluated, Failed, Finished, StopReason
from tests.conftest import make_result


@pytest.fixture
def view(tiny):
    console = Console(file=io.StringIO(), width=100, color_system=None)
    return _View(console, tiny(), "val_accuracy")


@pytest.fixture
def progress(tiny):
    running = Running(Assignment(3, tiny().base, 1, Phase.DESIGN), "r", 0.0)
    return Progress(workers=2, done=1, remaining=3, running={3: running})


def said(view):
    return view.console.file.getvalue()


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


def test_the_table_has_a_row_for_each_training_in_flight(view, progress):
    running = progress.running[3]
    view.console.print(view.table(progress))
    assert "preparing" in said(view)
    running.max_steps, running.last = 60, Evaluated(3, 40, 1.0, 1.0, {"val_accuracy": 0.5})
    view.console.print(view.table(progress))
    assert "40 / 60" in said(view)
    assert "50.00 % of 99 %" in said(view)
    assert "1 of 4 trainings done" in said(view)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (12_000, "3 h 20 min")]
)
def test_duration(seconds, text):
    assert duration(seconds) == text
