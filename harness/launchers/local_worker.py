"""The process that :mod:`harness.launchers.local` starts: takes jobs from a pipe, sends events into it.

Run as ``python -m harness.launchers.local_worker FILE_DESCRIPTOR``. It ends when the pipe does.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection

from harness.errors import DataError, HarnessError
from harness.records import Evaluated, Event, Failed, Finished, Job, Reply, Resources

_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Serve jobs until the driver closes its end."""
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C, and a terminal that closes, are the driver's to handle
        signal.signal(number, signal.SIG_IGN)
    _die_with_parent()
    connection: Connection = Connection(descriptor)
    resources: Resources = connection.recv()
    if resources.cores:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, resources.cores)
    # Now, while the driver is still busy with its own imports.
    from harness.worker import import_libraries

    if os.environ.get("KERAS_BACKEND") == "jax":
        # Keras imports TensorFlow, if it is there, to ask what a shape is: seconds, and memory of the GPU.
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    gc.disable()  # nothing of what is being imported is garbage
    with contextlib.suppress(HarnessError), _without("sklearn"):  # an error is said again, with the first job
        import_libraries()
    gc.freeze()
    gc.enable()
    while True:
        try:
            jobs: list[Job] = connection.recv()
        except EOFError:
            return
        _serve(jobs, resources, connection)


def _serve(jobs: list[Job], resources: Resources, connection: Connection) -> None:
    from harness.worker import run_jobs

    reply = Reply.GO_ON
    prunable = {job.trial for job in jobs if job.prunable}
    unfinished = [job.trial for job in jobs]

    def emit(event: Event) -> None:
        nonlocal reply
        connection.send(event)
        if isinstance(event, Finished):
            unfinished.remove(event.trial)
        if isinstance(event, Evaluated) and event.trial in prunable:
            reply = connection.recv()  # one for every evaluation, whether a callback asks for it or not

    def decide(_: Evaluated) -> bool:
        return reply is Reply.PRUNE

    try:
        run_jobs(jobs, resources, emit, decide)
    except (BrokenPipeError, EOFError, ConnectionResetError):
        raise SystemExit(0) from None  # the driver is gone
    except Exception as error:
        message = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
        fatal = isinstance(error, DataError)
        line = message.splitlines()[0] if message else ""
        for trial in unfinished:
            connection.send(Failed(trial, line, traceback.format_exc(), fatal))


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


def _die_with_parent() -> None:
    """Ask Linux to end this process when the driver ends, however it ends."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
