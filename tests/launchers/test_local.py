"""Real worker processes on 8x8 digits."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from harness.launchers import Death, LocalLauncher, Silence
from harness.records import Evaluated, Failed, Finished, Job, Reply, Resources, Started, StopReason
from harness.seeds import replicate_seeds
from harness.study import ConvBlock


@pytest.fixture
def launched():
    """Start workers; they are ended whatever happens."""
    with contextlib.ExitStack() as stack:

        def launch(workers=1, **options):
            launcher = LocalLauncher(Resources(threads=1, workers=workers), **options)
            return stack.enter_context(contextlib.closing(launcher))

        yield launch


@pytest.fixture
def job_of(tiny, tmp_path):
    def make(trial=0, prunable=False, **changes):
        study = tiny(**changes)
        return Job(trial, study.base, 0, replicate_seeds(0, 0), tmp_path / str(trial), prunable=prunable)

    return make


def collect(launcher, ends=1, answer=None, limit=90):
    """Poll until so many jobs ended; answer each evaluation if asked to."""
    events, ended, began = [], 0, time.monotonic()
    while ended < ends:
        assert time.monotonic() - began < limit, events
        for event in launcher.poll(1.0):
            events.append(event)
            ended += isinstance(event, (Finished, Failed, Death))
            if answer and isinstance(event, Evaluated):
                launcher.reply(event.trial, answer(event))
    return events


def test_a_worker_trains_prunes_fails_and_goes_on(launched, job_of):
    launcher = launched()
    assert launcher.free == 1
    launcher.submit([job_of(0)])
    assert launcher.free == 0
    started, *evaluated, _, finished = collect(launcher)
    assert isinstance(started, Started)
    assert (started.fingerprint.threads, started.fingerprint.workers) == (1, 1)
    assert [event.step for event in evaluated] == [20, 40, 60]
    assert isinstance(finished, Finished)

    launcher.submit([job_of(1, prunable=True)])
    *_, finished = collect(launcher, answer=lambda event: Reply.PRUNE if event.step >= 40 else Reply.GO_ON)
    assert (finished.result.stop_reason, finished.result.steps) == (StopReason.PRUNED, 40)

    # a prunable job that ends by itself leaves no reply behind that the next job would trip over
    launcher.submit([job_of(2, prunable=True, **{"target.value": 0.01})])
    *_, finished = collect(launcher, answer=lambda event: Reply.GO_ON)
    assert finished.result.stop_reason is StopReason.TARGET

    fine = job_of(3)
    model = fine.variant.model.model_copy(update={"padding": "valid", "conv": (ConvBlock(filters=1, kernel=9),)})
    launcher.submit([dataclasses.replace(fine, variant=dataclasses.replace(fine.variant, model=model))])
    (failed,) = collect(launcher)
    assert isinstance(failed, Failed)
    assert failed.message.startswith("model.conv block 1 needs at least 9x9 pixels")
    assert "Traceback" in failed.traceback

    launcher.submit([job_of(4)])
    assert isinstance(collect(launcher)[-1], Finished)


def test_two_workers_do_not_share_a_core(launched, job_of):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two cores")
    launcher = launched(workers=2)
    for trial in (0, 1):
        launcher.submit([job_of(trial)])
    collect(launcher, ends=2)
    affinities = [child.cpu_affinity() for child in psutil.Process().children() if _is_worker(child)]
    assert sorted(len(cores) for cores in affinities) == [1, 1]
    assert affinities[0] != affinities[1]


def test_a_killed_worker_is_noticed_and_replaced(launched, job_of):
    launcher = launched()
    launcher.submit([job_of(0, **{"train.max_steps": 1_000_000, "target": None})])
    while not any(isinstance(event, Evaluated) for event in launcher.poll(1.0)):
        pass
    (worker,) = [child for child in psutil.Process().children() if _is_worker(child)]
    worker.send_signal(signal.SIGKILL)
    death = collect(launcher)[-1]
    assert death == Death((0,), "the worker process was killed by SIGKILL (out of memory?)")
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)


def test_a_stopped_worker_is_said_ended_and_replaced(launched, job_of):
    launcher = launched(patience=3)
    launcher.submit([job_of(0, **{"train.max_steps": 1_000_000, "target": None})])
    while not any(isinstance(event, Evaluated) for event in launcher.poll(1.0)):
        pass
    (worker,) = [child for child in psutil.Process().children() if _is_worker(child)]
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


def test_a_worker_that_hangs_while_it_starts_is_ended_too(launched, job_of):
    launcher = launched(patience=2)
    (worker,) = [child for child in psutil.Process().children() if _is_worker(child)]
    worker.suspend()
    launcher.submit([job_of(0)])
    (death,) = [event for event in collect(launcher) if isinstance(event, Death)]
    assert death.trials == (0,)


def test_a_limit_on_processes_or_files_is_one_sentence():
    """In a process of its own, as somebody who may not have more processes than run already."""
    code = """
import os, resource, sys, tempfile
from harness.errors import RunError
from harness.launchers import LocalLauncher
from harness.records import Resources
kind = sys.argv[1]
if kind == "files":
    tempfile.gettempdir()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
else:
    os.setuid(65534)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    LocalLauncher(Resources(threads=1, workers=3))
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


def test_a_worker_is_replaced_after_some_trials(launched, job_of):
    launcher = launched(growth=-1)
    (first,) = [child.pid for child in psutil.Process().children() if _is_worker(child)]
    launcher.submit([job_of(0)])
    collect(launcher)
    (second,) = [child.pid for child in psutil.Process().children() if _is_worker(child)]
    assert first != second


def test_closing_ends_workers_in_the_middle_of_a_training(launched, job_of):
    launcher = launched()
    launcher.submit([job_of(0, **{"train.max_steps": 1_000_000, "target": None})])
    launcher.close()
    assert not [child for child in psutil.Process().children() if _is_worker(child)]


def _is_worker(process):
    return any("harness.launchers.local_worker" in part for part in process.cmdline())
