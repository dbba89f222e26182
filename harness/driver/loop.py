"""The loop that connects plan, launcher and store.

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
from harness.launchers import Death, Launcher, Notice, Silence
from harness.records import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Job,
    Reply,
    Resources,
    Scored,
    Started,
    Trained,
    TrialResult,
)

if TYPE_CHECKING:
    from harness.plan import Assignment, Plan
    from harness.store import Recording

_FLUSH_SECONDS = 1.0
_DEATHS_IN_A_ROW = 3
_FAILURES_IN_A_ROW = 5


class Workforce:
    """The workers of a run, started as soon as there is likely to be work.

    Args:
        stack: closes the launcher at the end of the run, whatever happens.
        launch: starts the workers.
        resources: how many workers, and the threads of each.
    """

    def __init__(
        self, stack: contextlib.ExitStack, launch: Callable[[Resources, int], Launcher], resources: Resources
    ) -> None:
        self._stack, self._launch, self._resources = stack, launch, resources
        self._launcher: Launcher | None = None

    def expect(self, jobs: int) -> None:
        """Start workers for about so many jobs, unless there are none or workers have been started."""
        if self._launcher is None and jobs > 0:
            self._launcher = self._stack.enter_context(contextlib.closing(self._launch(self._resources, jobs)))

    def launcher(self, jobs: int) -> Launcher:
        """Return the launcher, for at least one job."""
        self.expect(jobs)
        assert self._launcher is not None, jobs
        return self._launcher

    def dismiss(self) -> None:
        """End the workers now."""
        if self._launcher is not None:
            self._launcher.close()


class Loop:
    """One run: hands out trainings and takes what comes back.

    Args:
        plan: what to train.
        recording: where it is recorded.
        scratch: folder for what workers leave for the driver to take.
        data_folder: where workers look first for image files.
        resources: how many workers, and the threads of each.
        observe: sees every change.
        workforce: has the workers.
        pack: trainings of one program that a worker trains side by side, at most.
    """

    def __init__(
        self,
        plan: Plan,
        recording: Recording,
        scratch: Path,
        data_folder: Path | None,
        resources: Resources,
        observe: Observer,
        workforce: Workforce,
        pack: int = 1,
    ) -> None:
        self.plan, self.recording, self.scratch, self.data_folder = plan, recording, scratch, data_folder
        self.resources, self.observe, self.workforce = resources, observe, workforce
        self.pack = pack
        self._next_job: Job | None = None
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
                    self._work(self.workforce.launcher(self.plan.remaining))
                status = "FAILED" if self.progress.failed else "FINISHED"
            except KeyboardInterrupt:
                status, interrupted = "KILLED", True
            finally:
                self.stop.ignore()
                self.workforce.dismiss()
                try:
                    self._close_open("interrupted" if interrupted else "the run ended with an error")
                finally:
                    self.recording.close(status)
        study, progress = self.plan.study, self.progress
        return Outcome(study, self.plan.finished, progress.finished_here, dict(progress.failed), interrupted)

    def _work(self, launcher: Launcher) -> None:
        flushed = time.monotonic()
        while True:
            self.stop.check()
            while launcher.free and (jobs := self._gather()):
                launcher.submit(jobs)
                self._update(None)
            if not self.progress.running:
                return
            events = launcher.poll(0.5)
            for event in events:
                self.stop.check()
                self._take(launcher, event)
            if not events:
                self._update(None)
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                self.recording.flush()
                flushed = time.monotonic()

    def _gather(self) -> list[Job]:
        """Begin the next training, and as many of the same program as fit into a pack beside it."""
        jobs: list[Job] = []
        while len(jobs) < self.pack:
            job, self._next_job = self._next_job, None
            if job is None:
                assignment = self.plan.next(jobs[0].variant.program if jobs else None)
                if assignment is None:
                    break
                job = self._begin(assignment)
                if job is None:
                    continue
            if jobs and job.variant.program != jobs[0].variant.program:
                self._next_job = job  # a search suggested another network: it leads the next pack
                break
            jobs.append(job)
        return jobs

    def _begin(self, assignment: Assignment) -> Job | None:
        """Open the run of a training; return its job, unless there is nothing to train."""
        trial = assignment.trial
        run_id = self.recording.start(
            trial, assignment.variant, assignment.replicate, assignment.phase, assignment.refused
        )
        if assignment.refused is not None:
            self.recording.refuse(run_id, assignment.refused)
            return None
        self.progress.running[trial] = Running(assignment, run_id, time.monotonic())
        return Job(
            trial=trial,
            variant=assignment.variant,
            replicate=assignment.replicate,
            seeds=self.plan.objective.seeds(assignment.replicate, assignment.variant),
            output=self._staged(trial),
            data_folder=self.data_folder,
            prunable=assignment.prunable,
            probes=self.plan.study.probes,
            insight=self.plan.study.insight or ("full" if assignment.showcase else "basic"),
        )

    def _take(self, launcher: Launcher, event: Event | Notice) -> None:
        match event:
            case Death():
                self._take_death(event)
            case Silence():
                pass  # those who watch are told
            case Started():
                running = self.progress.running[event.trial]
                running.max_steps, running.trained = event.max_steps, False
                self.progress.first_start = self.progress.first_start or time.monotonic()
                self.recording.take(running.run_id, event)
            case Evaluated():
                running = self.progress.running[event.trial]
                running.last = event
                self.recording.take(running.run_id, event)
                if running.assignment.prunable:
                    prune = self.plan.should_prune(event.trial, event.metrics)
                    launcher.reply(event.trial, Reply.PRUNE if prune else Reply.GO_ON)
            case Scored():
                self.recording.take(self.progress.running[event.trial].run_id, event)
            case Trained():
                self.progress.running[event.trial].trained = True
            case Finished():
                self._take_result(event.trial, event.result)
            case Failed():
                self._take_failure(event)
        self._update(event)

    def _take_result(self, trial: int, result: TrialResult) -> None:
        running = self.progress.running[trial]
        self.recording.finish(running.run_id, result, self._staged(trial))
        del self.progress.running[trial]  # it is recorded: whatever happens now, it is not to be closed as KILLED
        self.plan.tell(trial, result, running.run_id)
        self.progress.finished_here += 1
        self.deaths_in_a_row = self.failures_in_a_row = 0

    def _take_failure(self, event: Failed) -> None:
        running = self.progress.running[event.trial]
        self.recording.fail(running.run_id, event.message, event.traceback, self._staged(event.trial))
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
        for trial in death.trials:
            running = self.progress.running.pop(trial)
            job = running.assignment
            key = (job.variant.digest, job.replicate)
            self.deaths[key] = self.deaths.get(key, 0) + 1
            again = self.deaths[key] < 2
            self.recording.fail(running.run_id, death.message, artifacts=self._staged(trial))
            self.plan.fail(trial, death.message, again=again)
            if not again:
                self.progress.failed[trial] = death.message
        if self.deaths_in_a_row >= max(_DEATHS_IN_A_ROW, 2 * self.resources.workers):
            raise RunError(f"{self.deaths_in_a_row} worker processes died in a row, the last so: {death.message}")

    def _close_open(self, reason: str) -> None:
        from harness.plan import INTERRUPTED

        while self.progress.running:
            trial, running = self.progress.running.popitem()
            try:
                self.recording.kill(running.run_id, reason)
            finally:
                self.plan.fail(trial, INTERRUPTED)
            shutil.rmtree(self._staged(trial), ignore_errors=True)

    def _staged(self, trial: int) -> Path:
        return self.scratch / str(trial)

    def _update(self, event: Event | Notice | None) -> None:
        self.progress.done = self.plan.finished
        self.progress.remaining = self.plan.remaining
        self.observe(self.progress, event)
