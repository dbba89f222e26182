"""Real worker processes on 8x8 digits."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from harness.launchers import About, Death, LocalLauncher, Silence
from harness.records import Evaluated, Finished
from tests.launchers.contract import ENDLESS, Training, collect


@pytest.fixture
def start(work):
    """Start workers; they are ended whatever happens."""
    with contextlib.ExitStack() as stack:

        def make(given=work, workers=1, **options):
            given = dataclasses.replace(given, workers=workers)
            launcher = stack.enter_context(contextlib.closing(LocalLauncher(given, **options)))
            launcher.expect(workers)
            return launcher

        yield make


@pytest.mark.slow
class TestLocalLauncher(Training):
    """It is held to the contract."""


def test_no_process_is_started_before_there_is_work_nor_more_than_that(work):
    launcher = LocalLauncher(dataclasses.replace(work, trainings=9, workers=3, threads=2))
    with contextlib.closing(launcher):
        assert launcher.about == About("processes of this machine", workers=3, threads=2)
        launcher.expect(0)
        assert (launcher.free, launcher.pending, _workers()) == (0, 0, [])
        launcher.expect(1)
        assert (launcher.free, len(_workers())) == (1, 1)
        launcher.expect(9)
        assert (launcher.free, len(_workers())) == (3, 3)


@pytest.mark.slow
def test_two_workers_do_not_share_a_core(start, job_of):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two cores")
    launcher = start(workers=2)
    for trial in (0, 1):
        launcher.submit([job_of(trial)])
    collect(launcher, ends=2)
    affinities = [worker.cpu_affinity() for worker in _workers()]
    assert sorted(len(cores) for cores in affinities) == [1, 1]
    assert affinities[0] != affinities[1]


@pytest.mark.slow
def test_a_killed_worker_is_noticed_and_replaced(start, job_of):
    launcher = start()
    launcher.submit([job_of(0, **ENDLESS)])
    while not any(isinstance(event, Evaluated) for event in launcher.poll(1.0)):
        pass
    (worker,) = _workers()
    worker.send_signal(signal.SIGKILL)
    death = collect(launcher)[-1]
    assert death == Death((0,), "the worker process was killed by SIGKILL (out of memory?)")
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)


@pytest.mark.slow
def test_a_stopped_worker_is_said_ended_and_replaced(start, job_of):
    launcher = start(patience=3)
    launcher.submit([job_of(0, **ENDLESS)])
    while not any(isinstance(event, Evaluated) for event in launcher.poll(1.0)):
        pass
    (worker,) = _workers()
    worker.suspend()
    events = [event for event in collect(launcher) if isinstance(event, (Silence, Death))]
    assert [type(event) for event in events] == [Silence, Death]
    assert all(event.trials == (0,) for event in events)
    said, ended = (event.message for event in events)
    assert re.fullmatch(r"no sign of life for \d+ s \(it is stopped\); its worker is ended if that goes on", said)
    assert re.fullmatch(r"no sign of life for \d+ s \(it is stopped\): the worker process was ended", ended)
    assert not worker.is_running()
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)


def test_a_worker_that_hangs_while_it_starts_is_ended_too(start, job_of):
    launcher = start(patience=2)
    (worker,) = _workers()
    worker.suspend()
    launcher.submit([job_of(0)])
    (death,) = [event for event in collect(launcher) if isinstance(event, Death)]
    assert death.trials == (0,)


def test_a_limit_on_processes_or_files_is_one_sentence():
    """In a process of its own, as somebody who may not have more processes than run already."""
    code = """
import os, resource, sys, tempfile
from harness.errors import RunError
from harness.launchers import LocalLauncher, Work
kind = sys.argv[1]
if kind == "files":
    tempfile.gettempdir()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
else:
    os.setuid(65534)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    LocalLauncher(Work(trainings=3, scratch="/nowhere", workers=3, threads=1)).expect(3)
except RunError as error:
    print(error)
"""
    said = {}
    for kind in ("files", "processes"):
        if kind == "processes" and os.getuid() != 0:
            continue  # only who is root here can become somebody without processes
        done = subprocess.run([sys.executable, "-c", code, kind], capture_output=True, text=True)
        assert done.stderr == ""
        said[kind] = done.stdout.strip()
    assert re.fullmatch(
        r"worker [12] of 3 could not be started: Too many open files\. Raise the limit on open files \(ulimit -n\), or "
        r"use fewer --workers\.", said["files"],
    )  # fmt: skip
    if "processes" in said:
        assert said["processes"].startswith(
            "worker 1 of 3 could not be started: Resource temporarily unavailable. Raise"
        )


@pytest.mark.slow
def test_a_worker_is_replaced_after_some_trials(start, job_of):
    launcher = start(growth=-1)
    (first,) = [worker.pid for worker in _workers()]
    launcher.submit([job_of(0)])
    collect(launcher)
    (second,) = [worker.pid for worker in _workers()]
    assert first != second


def test_closing_ends_workers_in_the_middle_of_a_training(start, job_of):
    launcher = start()
    launcher.submit([job_of(0, **ENDLESS)])
    launcher.close()
    assert _workers() == []


def _workers():
    """The worker processes that there are."""
    children = psutil.Process().children()
    return [child for child in children if any("harness.launchers.local_worker" in part for part in child.cmdline())]
