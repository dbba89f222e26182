from __future__ import annotations

import pytest

from harness.driver import Outcome, Progress, Running
from harness.records import Evaluated


@pytest.fixture
def progress(monkeypatch):
    """A run whose first training began 30 seconds ago."""
    monkeypatch.setattr("time.monotonic", lambda: 130.0)
    return Progress(workers=2, done=0, remaining=10, began=90.0, first_start=100.0)


def test_nothing_is_known_before_anything_was_trained(progress):
    assert progress.seconds == 40.0
    assert progress.seconds_left is None


def test_finished_trainings_and_parts_of_those_in_flight_count(progress):
    progress.finished_here, progress.remaining = 2, 8
    assert progress.seconds_left == 8 * 30 / 2
    half = Evaluated(3, 50, 1.0, 1.0, {})
    progress.running = {3: Running(None, "r", 0.0, max_steps=100, last=half), 4: Running(None, "r", 0.0)}
    # 2.5 trainings took 30 seconds; 7.5 are left
    assert progress.seconds_left == 7.5 * 30 / 2.5


def test_an_outcome_shows_itself(tiny):
    outcome = Outcome(tiny(), 3, 2, {4: "x < y"}, interrupted=True)
    assert repr(outcome) == "<Outcome tiny: 3 finished, 2 of them now, 1 failed, interrupted>"
    shown = outcome._repr_html_()
    assert "trial 4 failed" in shown
    assert "x &lt; y" in shown
    assert "kept aside" not in shown
