"""Trainings in this very process, one after the other: for a notebook, or an Optuna study of somebody's own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from pathlib import Path

from harness.launchers.base import About, Death, Work
from harness.launchers.serving import left_by, serve
from harness.records import Event, Failed, Finished, Job, Reply, Resources


class InProcessLauncher:
    """Runs jobs in a thread of this process, so that whoever polls can answer evaluations, and is free for Ctrl-C.

    Args:
        work: what for. ``threads`` can be set only before the compute library has computed anything.
    """

    pending = 0

    def __init__(self, work: Work) -> None:
        self._resources = Resources(threads=work.threads, workers=1, data_folder=work.data_folder)
        self._scratch = work.scratch
        self._events: queue.SimpleQueue[Event | Death] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._trials: list[int] = []
        self._thread: threading.Thread | None = None
        self._closed = False
        self._error: Exception | None = None

    @property
    def about(self) -> About:
        """What this launcher is."""
        return About("this process", 1, self._resources.threads)

    @property
    def error(self) -> Exception | None:
        """What the latest job raised, once it has ended, for those who want more of it than its event says."""
        if self._thread is not None:
            self._thread.join()
        return self._error

    @property
    def free(self) -> int:
        """One, unless something is being trained."""
        return 0 if self._trials or self._closed else 1

    def expect(self, trainings: int) -> None:
        """Nothing to do: this process is there."""

    def submit(self, jobs: Sequence[Job]) -> None:
        """Train a job, or a pack of jobs."""
        if self._thread is not None:
            self._thread.join()  # it has sent its last event
        self._trials = [job.trial for job in jobs]
        self._thread = threading.Thread(target=self._serve, args=(jobs,), name="harness training", daemon=True)
        self._thread.start()

    def _serve(self, jobs: Sequence[Job]) -> None:
        try:
            self._error = serve(jobs, self._resources, self._scratch, self._send, self._hear)
        except BaseException as end:  # of close; else something called sys.exit
            if not self._closed:
                self._events.put(Death(tuple(self._trials), f"the training ended itself: {type(end).__name__} {end}"))

    def _send(self, event: Event) -> None:
        if self._closed:
            raise SystemExit
        self._events.put(event)

    def _hear(self, _: int) -> Reply:
        reply = self._replies.get()
        if self._closed:
            raise SystemExit
        return reply

    def poll(self, seconds: float) -> Sequence[Event | Death]:
        """Wait up to ``seconds`` for an event and return it with those that have come besides."""
        events: list[Event | Death] = []
        try:
            events.append(self._events.get(timeout=seconds))
            while True:
                events.append(self._events.get_nowait())
        except queue.Empty:
            pass
        for event in events:
            if isinstance(event, (Finished, Failed)):
                self._trials.remove(event.trial)
            elif isinstance(event, Death):
                self._trials = []
        return events

    def reply(self, trial: int, reply: Reply) -> None:
        """Answer an evaluation of a prunable job."""
        if trial in self._trials:
            self._replies.put(reply)

    def take(self, trial: int) -> Path | None:
        """Hand over the folder of what a trial left."""
        return left_by(trial, self._scratch)

    def close(self) -> None:
        """End the training under way, as soon as the compute library lets go of its thread, and wait for that."""
        self._closed = True
        if self._thread is None:
            return
        self._replies.put(Reply.PRUNE)  # wakes it if it waits for one
        if self._trials and self._thread.ident is not None:
            import ctypes  # takes milliseconds that a start need not wait for

            # its next event would end it too, but may be an epoch away
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident), ctypes.py_object(SystemExit))
        self._thread.join()
