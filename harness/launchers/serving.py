"""What a worker does, however jobs reach it: it trains and sends events; what goes wrong becomes one."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.errors import DataError, HarnessError, MetricError, UserCodeError
from harness.records import Evaluated, Event, Failed, Finished, Job, Reply, Resources


def get_ready(resources: Resources) -> None:
    """Pin this process to its cores and import what trainings need, while the driver is busy with its own imports.

    For a process that does nothing but serve.
    """
    if resources.cores:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, resources.cores)
    from harness.worker import import_libraries

    if os.environ.get("KERAS_BACKEND") == "jax":
        # Keras imports TensorFlow, if it is there, to ask what a shape is: seconds, and memory of the GPU.
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    gc.disable()  # nothing of what is being imported is garbage
    with contextlib.suppress(HarnessError), _without("sklearn"):  # an error is said again, with the first job
        import_libraries()
    gc.freeze()
    gc.enable()


@contextlib.contextmanager
def _without(name: str) -> Iterator[None]:
    """Make a library look as if it were not installed.

    Keras imports scikit-learn, if it is there, for wrappers that nobody uses here: a second of every worker's start.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def serve(
    jobs: Sequence[Job],
    resources: Resources,
    scratch: Path,
    send: Callable[[Event], None],
    hear: Callable[[int], Reply],
) -> Exception | None:
    """Train one job, or a pack of jobs; each ends with a Finished or a Failed.

    Args:
        jobs: what to train.
        resources: what this worker may use.
        scratch: folder of its machine for what the trainings leave; :func:`left_by` finds it there.
        send: takes an event to the driver.
        hear: waits for the driver's reply to the evaluation of a trial that was just sent. It and ``send`` raise
            SystemExit where the driver is gone.

    Returns:
        What was raised, and sent as Failed; None if all went well.
    """
    from harness.worker import run_jobs

    reply = Reply.GO_ON
    prunable = {job.trial for job in jobs if job.prunable}
    unfinished = [job.trial for job in jobs]

    def emit(event: Event) -> None:
        nonlocal reply
        send(event)
        if isinstance(event, Finished):
            unfinished.remove(event.trial)
        if isinstance(event, Evaluated) and event.trial in prunable:
            reply = hear(event.trial)  # one for every evaluation, whether a callback asks for it or not

    try:
        run_jobs(jobs, resources, scratch, emit, lambda _: reply is Reply.PRUNE)
    except Exception as error:
        message = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
        line = message.splitlines()[0] if message else ""
        for trial in unfinished:
            send(failed(trial, error, line))
        return error
    return None


def failed(trial: int, error: Exception, line: str) -> Failed:
    """Return the event of a training that broke.

    Args:
        trial: its number.
        error: why.
        line: the same in one line.
    """
    theirs = str(error) if isinstance(error, UserCodeError) else ""
    fatal = isinstance(error, (DataError, MetricError))
    return Failed(trial, line, traceback.format_exc(), fatal, theirs)


def left_by(trial: int, scratch: Path) -> Path | None:
    """Return the folder of what a trial that was served left; None if it left nothing."""
    folder = scratch / str(trial)
    return folder if folder.is_dir() else None
