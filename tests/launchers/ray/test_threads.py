"""Cores are claimed by locks; what a training uses is told from what is there besides. In processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from harness.launchers.ray.threads import all_threads, vitals_but_of

CLAIM = """
import os, sys, threading
from harness.launchers.ray.threads import claim_cores
threading.Thread(target=threading.Event().wait, daemon=True).start()
got = claim_cores(int(sys.argv[1]))
pinned = {frozenset(os.sched_getaffinity(int(thread))) for thread in os.listdir("/proc/self/task")}
print(*got, "|", *sorted({core for cores in pinned for core in cores}), len(pinned), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def claim(tmp_path):
    """Start a process that claims cores and holds them; gives the process and what it says of them."""
    processes = []

    def start(count):
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        process = subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        processes.append(process)
        got, _, pinned = process.stdout.readline().partition("|")
        *cores, groups = map(int, pinned.split())
        return process, tuple(map(int, got.split())), tuple(cores), groups

    yield start
    for process in processes:
        process.communicate(timeout=30)


def test_workers_share_no_core_until_there_is_none_left(claim):
    cores = sorted(os.sched_getaffinity(0))
    held = [claim(1) for _ in cores]
    assert [got for _, got, _, _ in held] == [(core,) for core in cores]
    assert all((pinned, groups) == (got, 1) for _, got, pinned, groups in held), "every thread is pinned"
    assert claim(1)[1:] == ((), tuple(cores), 1), "one too many is pinned nowhere"
    held[0][0].communicate(timeout=30)
    assert claim(1)[1] == (cores[0],), "a core is free when its worker has ended"


def test_more_cores_than_there_are_are_not_claimed(claim):
    assert claim(len(os.sched_getaffinity(0)) + 1)[1] == ()
    assert claim(1)[1] != (), "and none is kept"


def test_the_work_of_threads_that_were_there_does_not_count():
    stop = threading.Event()

    def compute():
        while not stop.is_set():
            sum(range(1000))

    def used(others, seconds=0.5):
        before = vitals_but_of(others).seconds
        time.sleep(seconds)
        return vitals_but_of(others).seconds - before

    before = all_threads()
    thread = threading.Thread(target=compute)
    thread.start()
    try:
        assert used(before) > 0.05
        assert used(all_threads()) == 0
    finally:
        stop.set()
        thread.join()
