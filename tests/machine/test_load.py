"""What others take of a machine: from figures made by hand, then beside a program that really computes."""

import contextlib
import math
import os
import subprocess
import sys
import time

import pytest

from harness.machine.load import WORKER_MODULE, Load, Snapshot, load_between, look

BEFORE = Snapshot(at=100.0, used=50.0, stolen=1.0, ours=20.0, own=12.0, waits={"1": 0.5, "2": 0.25})


def after(seconds=10.0, **changes):
    """A look ten seconds later: this process used a core and waited for none."""
    values = {"used": 60.0, "stolen": 1.0, "ours": 30.0, "own": 22.0, "waits": {"1": 0.5, "2": 0.25}} | changes
    return Snapshot(at=BEFORE.at + seconds, **values)


def test_alone_nothing_is_taken():
    assert load_between(BEFORE, after()) == Load(0.0, 0)


def test_what_others_used_counts_as_far_as_it_was_waited_for():
    # others used 6 seconds of two cores; this process waited for 4 of them, a new thread for a half of one
    seen = after(used=66.0, waits={"1": 2.5, "2": 1.75, "3": 0.5})
    assert load_between(BEFORE, seen) == Load(pytest.approx(0.4), 0)
    # on a core that nobody needed they may do what they like
    assert load_between(BEFORE, after(used=66.0)) == Load(0.0, 0)


def test_waiting_for_processes_of_the_run_itself_is_no_load_of_others():
    seen = after(used=70.0, ours=40.0, waits={"1": 6.5, "2": 0.25})
    assert load_between(BEFORE, seen) == Load(0.0, 0)


def test_where_waiting_is_not_counted_all_that_others_used_counts():
    blind = Snapshot(at=100.0, used=50.0, stolen=1.0, ours=20.0, own=12.0, waits=None)
    assert load_between(blind, after(used=66.0, waits=None)) == Load(pytest.approx(0.6), 0)


def test_of_what_the_host_takes_away_this_process_has_its_share():
    # 3 of 15 used seconds were its own, so that of 5 stolen ones 1 was
    seen = after(used=65.0, ours=35.0, own=15.0, stolen=6.0)
    assert load_between(BEFORE, seen) == Load(pytest.approx(0.1), 0)


def test_studies_are_counted_that_were_there_at_either_look():
    first = Snapshot(**{**vars(BEFORE), "others": frozenset({7, 8})})
    assert load_between(first, after(others=frozenset({8, 9}))) == Load(0.0, 3)


def test_too_short_or_unseen_is_unknown():
    found = load_between(BEFORE, after(seconds=0.0))
    assert found is not None
    assert math.isnan(found.foreign_load)
    assert load_between(None, after()) is None
    assert load_between(BEFORE, None) is None


@contextlib.contextmanager
def beside_a_burner():
    """Be on one core together with a program that computes for ever."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # which children inherit
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(0.5)
        yield
    finally:
        burner.kill()
        burner.wait()
        os.sched_setaffinity(0, cores)


def compute(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_what_a_real_program_takes_is_seen_and_what_a_child_uses_is_of_the_run():
    if (seen := look()) is None or seen.waits is None:
        pytest.skip("this machine does not say")
    with beside_a_burner():
        first = look()
        compute(1.0)
        second = look()
        assert second.ours - first.ours > second.own - first.own + 0.1
        # to the run of another driver, the burner and this process itself are both strangers
        first = look(os.getppid())
        compute(1.0)
        assert load_between(first, look(os.getppid())).foreign_load > 0.25


def test_a_worker_of_another_driver_is_a_study():
    before = look()
    assert before is not None
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', '{WORKER_MODULE}'])"
    driver = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while driver.pid not in look().others and time.monotonic() < deadline:
            time.sleep(0.05)
        assert driver.pid in look().others
        assert driver.pid not in look(driver.pid).others
    finally:
        driver.stdin.close()
        driver.wait(20)
    assert driver.pid not in look().others


def test_a_driver_that_is_gone_says_nothing():
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    assert look(gone.pid) is None


def test_workers_that_others_have_started_are_of_the_run_where_they_are_named():
    """Two programs that compute, neither the child of the other: one of them is this run's."""
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"]
    )
    try:
        import psutil

        deadline = time.monotonic() + 30
        while not (busy := psutil.Process(stranger.pid).children()) and time.monotonic() < deadline:
            time.sleep(0.05)
        own, named = look(), look(beside=[busy[0].pid, 2**30])
        time.sleep(1.0)
        own_after, named_after = look(), look(beside=[busy[0].pid, 2**30])
        used = (named_after.ours - named.ours) - (own_after.ours - own.ours)
        assert used > 0.1, "what is gone counts nothing"
    finally:
        for process in [*psutil.Process(stranger.pid).children(), psutil.Process(stranger.pid)]:
            process.kill()
        stranger.wait(20)
