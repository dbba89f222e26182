"""Real worker processes on 8x8 digits."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import time

import psutil
import pytest

from harness.launchers import Death, LocalLauncher
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
