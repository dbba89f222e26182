"""The process that :mod:`harness.launchers.local` starts: takes jobs from a pipe, sends events into it.

Run as ``python -m harness.launchers.local_worker FILE_DESCRIPTOR``. It ends when the pipe does.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection

from harness.errors import DataError, HarnessError
from harness.records import Evaluated, Event, Failed, Job, Reply, Resources

_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Serve jobs until the driver closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    _die_with_parent()
    connection: Connection = Connection(descriptor)
    resources: Resources = connection.recv()
    if resources.cores:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, resources.cores)
    # Now, while the driver is still busy with its own imports; engines first, since it quietens TensorFlow.
    for module in ("harness.engines", "harness.network", "harness.engines.tensorflow"):
        importlib.import_module(module)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        _serve(job, resources, connection)


def _serve(job: Job, resources: Resources, connection: Connection) -> None:
    from harness.worker import run_job

    reply = Reply.GO_ON

    def emit(event: Event) -> None:
        nonlocal reply
        connection.send(event)
        if job.prunable and isinstance(event, Evaluated):
            reply = connection.recv()  # one for every evaluation, whether a callback asks for it or not

    def decide(_: Evaluated) -> bool:
        return reply is Reply.PRUNE

    try:
        run_job(job, resources, emit, decide)
    except (BrokenPipeError, EOFError, ConnectionResetError):
        raise SystemExit(0) from None  # the driver is gone
    except Exception as error:
        message = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
        fatal = isinstance(error, DataError)
        connection.send(Failed(job.trial, message.splitlines()[0] if message else "", traceback.format_exc(), fatal))


def _die_with_parent() -> None:
    """Ask Linux to end this process when the driver ends, however it ends."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
