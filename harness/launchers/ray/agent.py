"""The driver's agent at a Ray cluster: a process of its own that is Ray's driver, and talks to ours through a pipe.

Run as ``python -m harness.launchers.ray.agent FILE_DESCRIPTOR``. When a cluster's head is lost, Ray ends the process
that is its driver, without an exception: so that must not be the one that has a study under way. It also keeps Ray's
threads and signals away from the databases.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from harness.errors import DataError, HarnessError, RunError
from harness.launchers.base import Cause
from harness.launchers.process import belong_to_the_driver
from harness.launchers.ray.cluster import Demand, ImageShelf, alive_nodes, connect, demand_of, require_room
from harness.launchers.ray.company import introduce, require_versions
from harness.launchers.ray.member import Lost, Member
from harness.launchers.ray.messages import (
    Answer,
    Begin,
    Connected,
    Gone,
    Here,
    Refused,
    Retire,
    Room,
    Said,
    Setting,
    Task,
    Train,
    Waiting,
)
from harness.launchers.ray.worker import HarnessWorker
from harness.records import Failed
from harness.surroundings import carried_environment

_LOOK_SECONDS = 1.0
"""Seconds between two looks at what the cluster has."""
_JOINING_SECONDS = 15.0
"""Seconds for a node to come that could hold a worker: those of a cluster that starts come one after the other."""
_WAITING_SECONDS = 30.0
"""Seconds without any worker after which that is said."""
_LOST_IN_A_ROW = 5
"""Workers that end before they could be placed, one after the other, after which no more are asked for."""


class Agent:
    """Asks a cluster for workers, and carries what they and the driver say to each other.

    Args:
        begin: what is wanted.
        connection: to the driver.
    """

    def __init__(self, begin: Begin, connection: Connection) -> None:
        self.begin, self.connection = begin, connection
        self.nodes = alive_nodes()
        self.demand: Demand = demand_of(begin, self.nodes)
        self.images = ImageShelf(begin.data_folder)
        self.members: dict[int, Member] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._numbers = itertools.count()
        self._lost_in_a_row = 0
        self._told: Room | None = None
        self._fits = self._served = time.monotonic()
        self._setting = Setting(carried_environment(self.demand.threads), self.demand.threads, self.demand.share)

    async def run(self) -> None:
        """Go on until the driver closes its end, or until there is no going on."""
        loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self.connection.fileno(), self._hear)
        self.send(Connected(self.demand.threads, self._room()))
        if self.begin.survey:
            await self.over
        looking = asyncio.ensure_future(self._look())
        looking.add_done_callback(self._ended)
        await self.over

    def send(self, message: object) -> None:
        """Tell the driver; the end of this process if it is gone."""
        try:
            self.connection.send(message)
        except OSError:
            os._exit(0)

    def _ended(self, task: asyncio.Future[None]) -> None:
        """Pass on what ended a part of this agent."""
        if not task.cancelled() and (error := task.exception()) and not self.over.done():
            self.over.set_exception(error)

    def _hear(self) -> None:
        """Take one message of the driver."""
        try:
            self._take()
        except Exception as error:  # of a callback nobody else would hear
            if not self.over.done():
                self.over.set_exception(error)

    def _take(self) -> None:
        try:
            message = self.connection.recv()
        except (EOFError, OSError):  # it wants no more, or is gone: Ray ends the workers with this process
            os._exit(0)
        member = self.members.get(message.worker)
        if member is None:
            return  # it is gone, and the driver is about to hear of it
        match message:
            case Train():
                self._train(member, message)
            case Answer():
                member.answer(message.trial, message.reply)
            case Retire():
                self._drop(member)

    def _train(self, member: Member, message: Train) -> None:
        try:
            images = self.images.of(message.jobs)
        except HarnessError as error:
            for job in message.jobs:
                told = Failed(job.trial, str(error), traceback.format_exc(), fatal=isinstance(error, DataError))
                self.send(Said(member.number, told))
            return
        member.train(Task(message.jobs, images))

    async def _look(self) -> None:
        """Keep as many workers asked for as there are to be, while nodes come and go."""
        while True:
            self.nodes = await asyncio.to_thread(alive_nodes)
            self._require_room()
            wanted = self._wanted()
            for member in reversed(list(self.members.values())):
                if len(self.members) > wanted and member.place is None:
                    self._drop(member)
            while len(self.members) < wanted:
                self._ask()
            self._tell_room()
            await asyncio.sleep(_LOOK_SECONDS)

    def _room(self) -> int:
        """Return how many workers the cluster has room for, whatever else runs there, as far as they are wanted."""
        fits = sum(self.demand.room(node["Resources"]) for node in self.nodes)
        return min(fits, self._most())

    def _most(self) -> int:
        asked = 1 if self.begin.exclusive and self.begin.workers is None else self.begin.workers
        return self.begin.trainings if asked is None else min(asked, self.begin.trainings)

    def _wanted(self) -> int:
        """Return how many workers to ask for: all that the user names, for a cluster that grows when it is asked."""
        return self._most() if self.begin.workers is not None else max(1, self._room())

    def _require_room(self) -> None:
        now = time.monotonic()
        if any(self.demand.room(node["Resources"]) for node in self.nodes) or not self.begin.trainings:
            self._fits = now
        elif now - self._fits > _JOINING_SECONDS:
            require_room(self.demand, self.nodes, self.begin.cluster.address)
        if any(member.place for member in self.members.values()):
            self._served = now
        elif now - self._served > _WAITING_SECONDS and self.begin.trainings:
            self._served = float("inf")
            self.send(Waiting(f"the Ray cluster has had no place for a worker ({self.demand}) for 30 s: it is busy"))

    def _tell_room(self) -> None:
        pending = sum(member.place is None for member in self.members.values())
        told = Room(max(self._room(), len(self.members) - pending), pending)
        if told != self._told:
            self._told = told
            self.send(told)

    def _ask(self) -> None:
        """Ask Ray for one more worker."""
        import ray

        number = next(self._numbers)
        handle = ray.remote(HarnessWorker).options(**self.demand.options).remote(self._setting)
        member = Member(number, handle, self.begin.scratch, self.begin.patience, self.send, self._is_alive)
        self.members[number] = member
        self._tasks[number] = asyncio.ensure_future(self._accompany(member))
        self._tasks[number].add_done_callback(self._ended)

    async def _accompany(self, member: Member) -> None:
        """See a worker arrive, work and end."""
        try:
            place = await member.arrive()
        except Lost as lost:
            self._drop(member)
            self._lost_in_a_row += lost.cause is Cause.TRAINING
            if self._lost_in_a_row >= _LOST_IN_A_ROW:
                raise RunError(
                    f"workers end on the Ray cluster before they take a job, the last so: {lost.message}"
                ) from None
            return
        self._lost_in_a_row = 0
        require_versions(place)
        introduce(self.members.values(), place, self.begin.driver)
        self.send(Here(member.number, f"a worker on {place.host}"))
        self._tell_room()
        gone: Gone = await member.serve()
        self._drop(member)
        self.send(gone)
        self._tell_room()

    def _drop(self, member: Member) -> None:
        """Forget a worker, and end it."""
        import ray

        if self.members.pop(member.number, None) is None:
            return
        task = self._tasks.pop(member.number)
        if task is not asyncio.current_task():
            task.cancel()
        ray.kill(member.handle, no_restart=True)
        if member.place is not None:
            introduce(self.members.values(), member.place, self.begin.driver)

    async def _is_alive(self, node: str) -> bool:
        return any(each["NodeID"] == node for each in await asyncio.to_thread(alive_nodes))


def main(descriptor: int) -> None:
    """Serve a driver until it closes its end."""
    belong_to_the_driver()
    connection: Connection = Connection(descriptor)
    begin: Any = connection.recv()
    try:
        connect(begin)
        asyncio.run(Agent(begin, connection).run())
    except HarnessError as error:
        connection.send(Refused(error))
    except Exception as error:
        traceback.print_exc()  # its last line is in the driver's message
        sys.stderr.flush()
        if type(error).__module__.startswith("ray") or isinstance(error, ConnectionError):
            os._exit(1)  # the cluster is lost: the driver has another agent look for it
        told = f"the connection to the Ray cluster broke: {type(error).__name__}: {error}. The same command goes on."
        connection.send(Refused(RunError(told)))
    os._exit(0)  # Ray's own farewell may wait for a head that is gone


if __name__ == "__main__":
    main(int(sys.argv[1]))
