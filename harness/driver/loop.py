"""The loop that connects plan, launcher and tracking.

Recording comes before telling Optuna, so that a trial that Optuna calls finished is always recorded;
:mod:`harness.driver.resume` closes the gap that a killed driver leaves.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driver.interrupts import Stop
from harness.driver.progress import Observer, Outcome, Progress, Running
from harness.errors import RunError
from harness.launchers import Death, Launcher
from harness.launchers.local import staging_folder
from harness.records import Evaluated, Event, Failed, Finished, Job, Reply, Resources, Started, TrialResult

if TYPE_CHECKING:
    from harness.plan import Assignment, Plan
    from harness.tracking import Recorder

_FLUSH_SECONDS = 1.0
_DEATHS_IN_A_ROW = 3
_FAILURES_IN_A_ROW = 5


class Loop:
    """One run: hands out trainings and takes what comes back.

    Args:
        plan: what to train.
        recorder: where it is recorded.
        store: folder for what workers leave for the driver to take.
        data_folder: where workers look first for image files.
        resources: how many workers, and the threads of each.
        observe: sees every change.
        launch: starts the workers.
    """

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        store: Path,
        data_folder: Path | None,
        resources: Resources,
        observe: Observer,
        launch: Callable[[Resources, int], Launcher],
    ) -> None:
        self.plan, self.recorder, self.store, self.data_folder = plan, recorder, store, data_folder
        self.resources, self.observe, self.launch = resources, observe, launch
        self.progress = Progress(workers=resources.workers)
        self.deaths: dict[tuple[str, int], int] = {}
        self.deaths_in_a_row = self.failures_in_a_row = 0
        self.stop = Stop()

    def run(self) -> Outcome:
        """Train until the plan has nothing left; close everything that is open, whatever happens."""
        status, interrupted = "FAILED", False
        with self.stop.deferred():
            try:
                self._update(None)
                if self.plan.remaining:
                    with contextlib.closing(self.launch(self.resources, self.plan.remaining)) as launcher:
                        self._work(launcher)
                status = "FAILED" if self.progress.failed else "FINISHED"
            except KeyboardInterrupt:
                status, interrupted = "KILLED", True
            finally:
                self.stop.ignore()
                try:
                    self._close_open("interrupted" if interrupted else "the run ended with an error")
                finally:
                    self.recorder.close(status)
        study, progress = self.plan.study, self.progress
        return Outcome(study, self.plan.finished, progress.finished_here, dict(progress.failed), interrupted)

    def _work(self, launcher: Launcher) -> None:
        flushed = time.monotonic()
        while True:
            self.stop.check()
            while launcher.free and (assignment := self.plan.next()):
                self._begin(launcher, assignment)
            if not self.progress.running:
                return
            events = launcher.poll(0.5)
            for event in events:
                self.stop.check()
                self._take(launcher, event)
            if not events:
                self._update(None)
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                self.recorder.flush()
                flushed = time.monotonic()

    def _begin(self, launcher: Launcher, assignment: Assignment) -> None:
        trial = assignment.trial
        run_id = self.recorder.start(trial, assignment.variant, assignment.replicate, assignment.phase)
        if assignment.refused is not None:
            self.recorder.refuse(run_id, assignment.refused)
            return
        self.progress.running[trial] = Running(assignment, run_id, time.monotonic())
        launcher.submit(
            Job(
                trial=trial,
                variant=assignment.variant,
                replicate=assignment.replicate,
                seeds=self.plan.objective.seeds(assignment.replicate),
                output=staging_folder(self.store, self.plan.study.name, trial),
                data_folder=self.data_folder,
                prunable=assignment.prunable,
            )
        )
        self._update(None)

    def _take(self, launcher: Launcher, event: Event | Death) -> None:
        match event:
            case Death():
                self._take_death(event)
            case Started():
                running = self.progress.running[event.trial]
                running.max_steps = event.max_steps
                self.progress.first_start = self.progress.first_start or time.monotonic()
                self.recorder.started(running.run_id, event)
            case Evaluated():
                running = self.progress.running[event.trial]
                running.last = event
                self.recorder.evaluated(running.run_id, event)
                if running.assignment.prunable:
                    prune = self.plan.should_prune(event.trial, event.metrics)
                    launcher.reply(event.trial, Reply.PRUNE if prune else Reply.GO_ON)
            case Finished():
                self._take_result(event.trial, event.result)
            case Failed():
                self._take_failure(event)
        self._update(event)

    def _take_result(self, trial: int, result: TrialResult) -> None:
        running = self.progress.running[trial]
        self.recorder.finish(running.run_id, result, self._staged(trial))
        del self.progress.running[trial]  # it is recorded: whatever happens now, it is not to be closed as KILLED
        self.plan.tell(trial, result, running.run_id)
        self.progress.finished_here += 1
        self.deaths_in_a_row = self.failures_in_a_row = 0

    def _take_failure(self, event: Failed) -> None:
        running = self.progress.running[event.trial]
        self.recorder.fail(running.run_id, event.message, event.traceback, self._staged(event.trial))
        self.plan.fail(event.trial, event.message)
        del self.progress.running[event.trial]
        self.progress.failed[event.trial] = event.message
        self.failures_in_a_row += 1
        if event.fatal:
            raise RunError(event.message)
        if self.failures_in_a_row >= _FAILURES_IN_A_ROW:
            raise RunError(f"{self.failures_in_a_row} trials failed in a row, the last with: {event.message}")

    def _take_death(self, death: Death) -> None:
        """A training whose worker died is done again once: the machine may have been short of memory for a moment."""
        self.deaths_in_a_row += 1
        if death.trial is not None:
            running = self.progress.running.pop(death.trial)
            job = running.assignment
            key = (job.variant.digest, job.replicate)
            self.deaths[key] = self.deaths.get(key, 0) + 1
            again = self.deaths[key] < 2
            self.recorder.fail(running.run_id, death.message, artifacts=self._staged(death.trial))
            self.plan.fail(death.trial, death.message, again=again)
            if not again:
                self.progress.failed[death.trial] = death.message
        if self.deaths_in_a_row >= max(_DEATHS_IN_A_ROW, 2 * self.resources.workers):
            raise RunError(f"{self.deaths_in_a_row} worker processes died in a row, the last so: {death.message}")

    def _close_open(self, reason: str) -> None:
        from harness.plan import INTERRUPTED

        while self.progress.running:
            trial, running = self.progress.running.popitem()
            try:
                self.recorder.kill(running.run_id, reason)
            finally:
                self.plan.fail(trial, INTERRUPTED)
            shutil.rmtree(self._staged(trial), ignore_errors=True)

    def _staged(self, trial: int) -> Path:
        return staging_folder(self.store, self.plan.study.name, trial)

    def _update(self, event: Event | Death | None) -> None:
        self.progress.done = self.plan.finished
        self.progress.remaining = self.plan.remaining
        self.observe(self.progress, event)
