"""What the driver relies on, whatever launcher it has: a class of tests for each one to inherit.

A module that tests a launcher gives the fixture ``start``, which makes one for some :class:`Work` with workers that
are expected, and ends it whatever happens.
"""

from __future__ import annotations

import dataclasses
import shutil
import time

import pytest

from harness.launchers import Death
from harness.records import Evaluated, Failed, Finished, Reply, Started, StopReason, TrainingOver
from harness.study import ConvBlock

ENDLESS = {"train.max_steps": 1_000_000, "target": None}


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


class Placing:
    """Jobs go out and come back, whoever does them."""

    def test_it_says_what_it_is_and_has_a_worker_free_or_pending(self, start):
        launcher = start()
        assert launcher.about.kind
        assert launcher.about.workers >= launcher.free + launcher.pending >= 1

    def test_a_job_takes_a_worker_and_gives_it_back(self, start, job_of):
        launcher = start()
        free = launcher.free
        launcher.submit([job_of(7)])
        assert launcher.free == free - 1
        started, *evaluated, finished = [event for event in collect(launcher) if not isinstance(event, TrainingOver)]
        assert isinstance(started, Started)
        assert len(evaluated) > 1
        assert all(isinstance(event, Evaluated) for event in evaluated)
        assert isinstance(finished, Finished)
        assert {event.trial for event in (started, *evaluated, finished)} == {7}
        assert launcher.free == free

    def test_what_a_trial_left_is_handed_over_to_whoever_asks_first(self, start, job_of, tmp_path):
        launcher = start()
        launcher.submit([job_of(7)])
        collect(launcher)
        assert launcher.take(8) is None, "there was no such trial"
        shutil.move(launcher.take(7), tmp_path / "mine")
        assert (tmp_path / "mine" / "summary.txt").read_text().startswith("layer")
        assert launcher.take(7) is None
        launcher.close()
        assert (tmp_path / "mine" / "summary.txt").exists()

    def test_nothing_comes_of_nothing(self, start):
        launcher = start()
        began = time.monotonic()
        assert list(launcher.poll(0.2)) == []
        assert time.monotonic() - began >= 0.19

    def test_closing_twice_does_no_harm(self, start):
        launcher = start()
        launcher.close()
        launcher.close()
        assert launcher.free == 0


class Training(Placing):
    """Workers that really train."""

    def test_it_trains_prunes_fails_and_goes_on(self, start, job_of):
        launcher = start()
        launcher.submit([job_of(0)])
        started, *evaluated, over, finished = collect(launcher)
        assert (started.fingerprint.workers, started.max_steps) == (1, 60)
        assert [event.step for event in evaluated] == [20, 40, 60]
        assert over == TrainingOver(0)
        assert finished.result.stop_reason is StopReason.MAXIMUM

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
        assert failed.message.startswith("model.conv block 1 needs at least 9x9 pixels")
        assert (failed.trial, failed.fatal) == (3, False)
        assert "Traceback" in failed.traceback

        launcher.submit([job_of(4)])
        assert isinstance(collect(launcher)[-1], Finished)

    def test_missing_images_are_fatal_and_looked_for_where_the_work_says(self, start, job_of, work, tmp_path):
        launcher = start(dataclasses.replace(work, data_folder=tmp_path / "nowhere"))
        launcher.submit([job_of(0, data={"name": "folder", "folder": "my-images", "validation": 10})])
        (failed,) = collect(launcher)
        assert failed.fatal
        assert "my-images" in failed.message

    def test_a_pack_of_jobs_ends_one_by_one_or_fails_as_a_whole(self, start, job_of):
        """The TensorFlow engine has no packs: each job of one says so."""
        launcher = start()
        launcher.submit([job_of(0), job_of(1)])
        assert launcher.free == 0
        failed = collect(launcher, ends=2)
        assert [(event.trial, isinstance(event, Failed)) for event in failed] == [(0, True), (1, True)]
        assert launcher.free == 1

    def test_the_artifacts_are_those_of_a_worker(self, start, job_of):
        launcher = start()
        launcher.submit([job_of(0)])
        collect(launcher)
        assert {"history.csv", "insight", "model.keras", "summary.txt"} <= {
            path.name for path in launcher.take(0).iterdir()
        }

    @pytest.mark.parametrize("prunable", [False, True])
    def test_closing_ends_a_training_in_the_middle(self, start, job_of, prunable):
        launcher = start()
        launcher.submit([job_of(0, prunable=prunable, **ENDLESS)])
        while not any(isinstance(event, Evaluated) for event in launcher.poll(1.0)):
            pass
        began = time.monotonic()
        launcher.close()
        assert time.monotonic() - began < 5
        assert launcher.take(0) is None
