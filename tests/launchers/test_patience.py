"""A worker that hangs is told from one that is slow."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time

import psutil
import pytest

from harness.launchers.patience import Vitals, Watch, look_up
from harness.records import Evaluated, Started, TrainingOver
from tests.conftest import COSTS, FINGERPRINT

STARTED = Started(0, FINGERPRINT, COSTS, "0123456789abcdef", 60)
EVALUATED = Evaluated(0, 20, 0.5, 1.0, {"val_accuracy": 0.5})


class Worker:
    """A worker whose seconds are made up: how much of a processor it uses, what it reads."""

    def __init__(self, patience=600.0):
        self.watch = Watch(patience)
        self.vitals = Vitals(0.0, 0, 0, "S")

    def live(self, seconds, processor=0.0, read=0.0, pages=0.0, step=10.0):
        """Let time pass, looked at every ``step`` seconds; return after how many seconds it is over, or None."""
        for count in range(1, round(seconds / step) + 1):
            self.vitals = Vitals(
                self.vitals.seconds + processor * step,
                self.vitals.bytes + int(read * step),
                self.vitals.pages + int(pages * step),
                "S",
            )
            self.watch.passed(step, self.vitals)
            if self.watch.is_over:
                return count * step
        return None


def test_one_that_does_nothing_is_over_when_the_patience_is():
    worker = Worker()
    assert worker.live(290) is None
    assert not worker.watch.is_late
    assert worker.live(10) is None
    assert worker.watch.is_late
    assert worker.watch.describe(worker.vitals) == "no sign of life for 5 min (it waits)"
    assert worker.live(1000) == 300


@pytest.mark.parametrize("life", [{"processor": 1.0}, {"processor": 0.01}, {"read": 1000.0}, {"pages": 1.0}], ids=str)
def test_one_that_does_anything_before_its_first_evaluation_is_never_over(life):
    """An epoch of a large network takes hours on an old machine, and its images may lie far away."""
    worker = Worker()
    worker.watch.heard(STARTED)
    assert worker.live(24 * 3600, **life) is None
    assert not worker.watch.is_late


def test_threads_that_wait_wake_up_now_and_then():
    assert Worker().live(1000, processor=0.0005, read=20.0) == 600


def test_who_computes_in_circles_is_over_by_its_own_pace():
    worker = Worker()
    for _ in range(3):
        worker.live(10, processor=1.0)
        worker.watch.heard(EVALUATED)
    # six times the patience is more than twenty times its 10 seconds, and five times its 30
    assert worker.live(10_000, processor=1.0) == 3600
    assert worker.watch.describe(None) == "no evaluation for 60 min"


def test_a_slow_pace_gives_time():
    worker = Worker()
    for _ in range(2):
        worker.live(1800, processor=1.0)
        worker.watch.heard(EVALUATED)
    assert worker.live(100_000, processor=1.0) == 20 * 1800


def test_a_second_training_takes_as_long_as_the_first_and_says_nothing():
    worker = Worker()
    for _ in range(1000):
        worker.live(10, processor=1.0)
        worker.watch.heard(EVALUATED)
    assert worker.live(100_000, processor=1.0) == 5 * 10_000


def test_one_that_waits_for_another_device_has_longer():
    worker = Worker()
    worker.watch.heard(dataclasses.replace(STARTED, fingerprint=dataclasses.replace(FINGERPRINT, device="gpu")))
    assert worker.live(10_000) == 3600


def test_one_whose_silence_ended_is_not_late_any_more():
    worker = Worker()
    worker.live(400)
    worker.watch.warned = True
    worker.watch.heard(TrainingOver(0))
    assert (worker.watch.is_late, worker.watch.warned) == (False, False)
    assert worker.live(590) is None
    worker.live(20, processor=1.0)
    assert worker.live(590) is None


def test_no_patience_waits_for_ever():
    assert Worker(patience=0).live(1e6, step=1000) is None


def test_what_a_process_has_used_and_what_it_does():
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        before = look_up(process.pid)
        time.sleep(0.5)
        process.send_signal(19)
        time.sleep(0.1)
        stopped = look_up(process.pid)
        assert stopped.state == "T"
        assert stopped.seconds > before.seconds
        time.sleep(0.2)
        assert look_up(process.pid) == stopped
    finally:
        process.kill()
        process.wait()
    assert look_up(process.pid) is None
    assert look_up(psutil.Process().pid).state == "R"
