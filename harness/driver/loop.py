"""The loop that connects plan, launcher and store.

Recording comes before telling Optuna, so that a trial that Optuna calls finished is always recorded;
:mod:`harness.driver.resume` closes the gap that a killed driver leaves.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.driver.allowance import Allowance
from harness.driver.interrupts import Stop
from harness.driver.progress import Observer, Outcome, Progress, Running
from harness.errors import RunError, UserCodeError
from harness.launchers import Cause, Death, Joined, Launcher, Notice, Silence
from harness.records import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Job,
    Reply,
    Scored,
    Started,
    TrainingOver,
    TrialResult,
)

if TYPE_CHECKING:
    from harness.plan import Assignment, Plan
    from harness.store.recording import Recording

_FLUSH_SECONDS = 1.0
_DEATHS_IN_A_ROW = 3
_FAILURES_IN_A_ROW = 5


class Loop:
    """One run: hands out trainings and takes what comes back.

    Args:
        plan: what to train.
        recording: where it is recorded.
        launcher: has the workers; closed when the run ends.
        observe: sees every change.
        pack: trainings of one program that a worker trains side by side, at most.
        allowance: what may begin; by default everything.
    """

    def __init__(
        self,
        plan: Plan,
        recording: Recording,
        launcher: Launcher,
        observe: Observer,
        pack: int = 1,
        allowance: Allowance | None = None,
    ) -> None:
        self.plan, self.recording, self.launcher = plan, recording, launcher
        self.observe, self.pack, self.allowance = observe, pack, allowance or Allowance()
        self._next_job: Job | None = None
        self.progress = Progress(asked=recording.asked)
        self.deaths: dict[tuple[str, int], int] = {}
        self.deaths_in_a_row = self.failures_in_a_row = 0
        self.stop = Stop()

    def run(self) -> Outcome:
        """Train until the plan has nothing left; close everything that is open, whatever happens."""
        status, why, stopped = "FAILED", "the run ended with an error", None
        with self.stop.deferred():
            try:
                self._update(None)
                if self.plan.remaining and self.allowance.admits(self.plan, self.launcher.about.workers):
                    self.launcher.expect(self.plan.remaining)
                    self._work()
                if self.plan.remaining or self.plan.search_ended:  # else the last of it ended just in time
                    stopped, why = self.allowance.stopped, "the time that the study may take was over"
                status = "FAILED" if self.progress.failed else "KILLED" if stopped else "FINISHED"
            except KeyboardInterrupt:
                status, why, stopped = "KILLED", "interrupted", None
            finally:
                self.stop.ignore()
                self.launcher.close()
                try:
                    cut_off = self._close_open(why)
                finally:
                    self.recording.close(status)
        counts = self.plan.finished, self.progress.finished_here, dict(self.progress.failed)
        return Outcome(self.plan.study, *counts, interrupted=why == "interrupted", stopped=stopped, cut_off=cut_off)

    def _work(self) -> None:
        flushed = time.monotonic()
        while not self.allowance.is_over():
            self.stop.check()
            while self.launcher.free and (jobs := self._gather()):
                self.launcher.submit(jobs)
                self._update(None)
            if not self.progress.running:
                if self.launcher.free or not self.plan.remaining:
                    return
                if not self.launcher.pending:
                    raise RunError(f"{self.launcher.about.kind}: no worker is left to go on with, and none is to come")
            events = self.launcher.poll(0.5)
            for event in events:
                self.stop.check()
                self._take(event)
            if not events:
                self._update(None)
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                self.recording.flush()
                self.allowance.read_meter()
                flushed = time.monotonic()

    def _gather(self) -> list[Job]:
        """Begin the next training, and as many of the same program as fit into a pack beside it."""
        jobs: list[Job] = []
        while len(jobs) < self.pack:
            job, self._next_job = self._next_job, None
            if job is None:
                if not self.allowance.admits(self.plan, self.launcher.about.workers):
                    break
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
            prunable=assignment.prunable,
            probes=self.plan.study.probes,
            insight=self.plan.study.insight or ("full" if assignment.showcase else "basic"),
            metrics=(metrics := self.plan.study.metrics_of(assignment.variant)),
            code=self.plan.study.code_of(metrics),
        )

    def _take(self, event: Event | Notice) -> None:
        match event:
            case Death():
                self._take_death(event)
            case Silence() | Joined():
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
                    self.launcher.reply(event.trial, Reply.PRUNE if prune else Reply.GO_ON)
            case Scored():
                self.recording.take(self.progress.running[event.trial].run_id, event)
            case TrainingOver():
                self.progress.running[event.trial].trained = True
            case Finished():
                self._take_result(event.trial, event.result)
            case Failed():
                self._take_failure(event)
        self._update(event)

    def _take_result(self, trial: int, result: TrialResult) -> None:
        running = self.progress.running[trial]
        measured = replace(result, kwh=self.allowance.energy())
        self.recording.finish(running.run_id, measured, self.launcher.take(trial))
        del self.progress.running[trial]  # it is recorded: whatever happens now, it is not to be closed as KILLED
        self.plan.tell(trial, result, running.run_id)
        self.allowance.take(running.assignment.variant.digest, result.clocks.total)
        self.progress.finished_here += 1
        self.deaths_in_a_row = self.failures_in_a_row = 0

    def _take_failure(self, event: Failed) -> None:
        running = self.progress.running[event.trial]
        self.recording.fail(running.run_id, event.message, event.traceback, self.launcher.take(event.trial))
        self.plan.fail(event.trial, event.message)
        del self.progress.running[event.trial]
        self.progress.failed[event.trial] = event.message
        self.failures_in_a_row += 1
        if event.fatal:
            raise UserCodeError(event.theirs) if event.theirs else RunError(event.message)
        if self.failures_in_a_row >= _FAILURES_IN_A_ROW:
            raise RunError(f"{self.failures_in_a_row} trials failed in a row, the last with: {event.message}")

    def _take_death(self, death: Death) -> None:
        """A training whose worker died is done again once: the machine may have been short of memory for a moment.

        One whose machine was lost is done again in any case.
        """
        blamed = death.cause is Cause.TRAINING
        self.deaths_in_a_row += blamed
        for trial in death.trials:
            running = self.progress.running.pop(trial)
            job = running.assignment
            key = (job.variant.digest, job.replicate)
            self.deaths[key] = self.deaths.get(key, 0) + blamed
            again = self.deaths[key] < 2
            self.recording.fail(running.run_id, death.message, artifacts=self.launcher.take(trial))
            self.plan.fail(trial, death.message, again=again)
            if not again:
                self.progress.failed[trial] = death.message
        if self.deaths_in_a_row >= max(_DEATHS_IN_A_ROW, 2 * self.launcher.about.workers):
            raise RunError(f"{self.deaths_in_a_row} workers died in a row, the last so: {death.message}")

    def _close_open(self, reason: str) -> int:
        """Close what is under way as killed; return how many trainings that were."""
        from harness.plan import INTERRUPTED

        many = len(self.progress.running)
        while self.progress.running:
            trial, running = self.progress.running.popitem()
            try:
                self.recording.kill(running.run_id, reason)
            finally:
                self.plan.fail(trial, INTERRUPTED)
        return many

    def _update(self, event: Event | Notice | None) -> None:
        self.progress.workers = self.launcher.about.workers
        self.progress.done = self.plan.finished
        self.progress.remaining = self.plan.remaining
        self.progress.allowed = self.allowance.left
        self.observe(self.progress, event)
