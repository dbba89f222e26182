"""The process that :mod:`harness.launchers.local` starts: takes jobs from a pipe, sends events into it.

Run as ``python -m harness.launchers.local_worker FILE_DESCRIPTOR``. It ends when the pipe does.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from harness.launchers.process import belong_to_the_driver
from harness.launchers.serving import get_ready, serve
from harness.records import Event, Job, Reply, Resources


def main(descriptor: int) -> None:
    """Serve jobs until the driver closes its end."""
    belong_to_the_driver()
    connection: Connection = Connection(descriptor)
    resources: Resources
    scratch: Path
    resources, scratch = connection.recv()
    get_ready(resources)

    def send(event: Event) -> None:
        with _ending_with_the_driver():
            connection.send(event)

    def hear(_: int) -> Reply:
        with _ending_with_the_driver():
            reply: Reply = connection.recv()
            return reply

    while True:
        with _ending_with_the_driver():
            jobs: list[Job] = connection.recv()
        serve(jobs, resources, scratch, send, hear)


@contextlib.contextmanager
def _ending_with_the_driver() -> Iterator[None]:
    """End this process, quietly, if the other end of the pipe is gone."""
    try:
        yield
    except (BrokenPipeError, EOFError, ConnectionResetError):
        raise SystemExit(0) from None


if __name__ == "__main__":
    main(int(sys.argv[1]))
