"""Trainings in a thread of this process."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import threading

import pytest

from harness.errors import ImpossibleNetwork
from harness.launchers import About, Death, InProcessLauncher
from harness.records import Failed, Finished, Reply
from harness.study import ConvBlock
from tests.launchers.contract import ENDLESS, Training, collect


@pytest.fixture
def start(work):
    with contextlib.ExitStack() as stack:

        def make(given=work):
            # threads can be set only before TensorFlow has computed anything: other tests may have had it do so
            given = dataclasses.replace(given, threads=None)
            return stack.enter_context(contextlib.closing(InProcessLauncher(given)))

        yield make


class TestInProcessLauncher(Training):
    """It is held to the contract."""


def test_it_says_what_it_is(work):
    launcher = InProcessLauncher(work)
    assert launcher.about == About("this process", workers=1, threads=1)
    assert (launcher.free, launcher.pending) == (1, 0)


def test_what_a_job_raised_can_be_had_as_it_was(start, job_of):
    launcher = start()
    fine = job_of()
    model = fine.variant.model.model_copy(update={"padding": "valid", "conv": (ConvBlock(filters=1, kernel=9),)})
    launcher.submit([dataclasses.replace(fine, variant=dataclasses.replace(fine.variant, model=model))])
    (failed,) = collect(launcher)
    assert isinstance(failed, Failed)
    assert isinstance(launcher.error, ImpossibleNetwork)
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)
    assert launcher.error is None


def test_closing_leaves_no_thread(start, job_of):
    launcher = start()
    launcher.submit([job_of(**ENDLESS)])
    assert list(launcher.poll(60))
    launcher.close()
    assert "harness training" not in [thread.name for thread in threading.enumerate()]


def test_a_reply_to_somebody_else_is_none(start, job_of):
    launcher = start()
    launcher.reply(5, Reply.PRUNE)
    launcher.submit([job_of(prunable=True)])
    *_, finished = collect(launcher, answer=lambda event: Reply.GO_ON)
    assert finished.result.steps == 60


def test_a_training_that_ends_its_thread_is_a_death(start, job_of, monkeypatch):
    launcher = start()
    with monkeypatch.context() as patch:
        patch.setattr("harness.worker.run_jobs", lambda *_: sys.exit(3))
        launcher.submit([job_of(1)])
        assert collect(launcher) == [Death((1,), "the training ended itself: SystemExit 3")]
    launcher.submit([job_of(2)])
    assert isinstance(collect(launcher)[-1], Finished)
