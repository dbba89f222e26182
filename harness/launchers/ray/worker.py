"""What runs in a Ray actor: one thread trains, and short methods that never wait for it talk to the driver's agent."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from harness.launchers.ray.mailbox import Mailbox
from harness.launchers.ray.messages import Company, Place, Setting, Taken, Task
from harness.launchers.ray.parcel import pack
from harness.launchers.ray.threads import all_threads, claim_cores, vitals_but_of
from harness.launchers.serving import get_ready, serve
from harness.records import Event, Failed, Finished, Reply, Resources
from harness.staging import staged
from harness.surroundings import settle_as

LIBRARIES = ("keras", "tensorflow", "jax", "numpy")
"""Libraries that results depend on."""


class HarnessWorker:
    """A worker, alone in its process.

    Args:
        setting: what it may use.
    """

    def __init__(self, setting: Setting) -> None:
        settle_as(setting.environment)
        cores = claim_cores(setting.threads)
        self._resources = Resources(setting.threads, 1, cores, gpu_share=setting.gpu_share)
        self._company = Company()
        self._mail = Mailbox()
        self._threads_of_ray = all_threads()
        threading.Thread(target=self._work, name="harness training", daemon=True).start()

    def greet(self) -> Place:
        """Say where this is."""
        import ray

        node = str(ray.get_runtime_context().get_node_id())
        return Place(node, machine_id(), socket.gethostname(), os.getpid(), versions())

    def meet(self, company: Company) -> None:
        """Learn who else is on the machine; it counts from the next training on."""
        self._company = company

    def tell(self, number: int, said: Sequence[Task | tuple[int, Reply]]) -> None:
        """Take tasks and replies, as :meth:`harness.launchers.ray.mailbox.Mailbox.tell` has it."""
        self._mail.tell(number, said)

    def take(self, after: int, seconds: float) -> Taken:
        """Return what has happened, as :meth:`harness.launchers.ray.mailbox.Mailbox.take` has it."""
        import psutil

        first, events = self._mail.take(after, seconds)
        vitals = vitals_but_of(self._threads_of_ray | {threading.get_native_id()})
        return Taken(first, events, vitals, int(psutil.Process().memory_info().rss))

    def _work(self) -> None:
        with staged(Path(tempfile.gettempdir()) / "harness-ray") as scratch:
            get_ready(self._resources)
            while True:
                self._train(self._mail.task(), scratch)

    def _train(self, task: Task, scratch: Path) -> None:
        unfinished = [job.trial for job in task.jobs]
        company = self._company
        here = dataclasses.replace(
            self._resources, workers=company.workers, beside=company.beside, driver=company.driver
        )

        def send(event: Event) -> None:
            over = isinstance(event, (Finished, Failed))
            if over:
                unfinished.remove(event.trial)
            self._mail.put(event, pack(scratch / str(event.trial)) if over else None)

        try:
            take_images(task)
            serve(task.jobs, here, scratch, send, self._mail.hear)
        except BaseException as error:  # of Ray, or of a library that called sys.exit: the process goes on
            for trial in list(unfinished):
                send(Failed(trial, f"the training ended itself: {type(error).__name__} {error}", ""))


def take_images(task: Task) -> None:
    """Map the images of a task from the object store of this node: they are read-only, and no copy of them."""
    import ray

    from harness.data import give_raw

    for spec, reference in task.images:
        give_raw(spec, ray.get(reference))


def machine_id() -> str:
    """Return what tells this machine from others: the same in all its containers, another after each start."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return socket.gethostname()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on; empty for one that is not there."""
    import platform
    from importlib import metadata

    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found
