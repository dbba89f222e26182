"""What the driver and its agent at the cluster say to each other, and what the agent and a worker do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.launchers.base import Cause
from harness.launchers.patience import Vitals
from harness.records import Event, Job, Reply


@dataclass(frozen=True)
class Cluster:
    """Which workers are wanted, and of which cluster.

    Attributes:
        address: HOST:PORT of the cluster's head, or ``auto`` for the cluster of this machine.
        gpus: of each worker; a fraction is a share of one. None for one where the cluster has any, else none.
        runtime_env: what else Ray gives to the workers: packages, say, as Ray's runtime environments have it.
    """

    address: str = "auto"
    gpus: float | None = None
    runtime_env: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Begin:
    """First word of the driver to its agent.

    Attributes:
        cluster: which workers are wanted.
        trainings: how many there are to do; more workers would be idle.
        workers: at most, if the user says.
        threads: of each, if the user says.
        exclusive: one worker with all processors of a node.
        patience: seconds without a sign of life after which a worker is ended; 0 waits for ever.
        scratch: folder of this machine for what trainings leave.
        data_folder: where image files are looked for first, on this machine.
        driver: process id of the driver.
        survey: only look what there is, and ask for no worker.
    """

    cluster: Cluster
    trainings: int
    workers: int | None
    threads: int | None
    exclusive: bool
    patience: float
    scratch: Path
    data_folder: Path | None
    driver: int
    survey: bool = False


@dataclass(frozen=True)
class Train:
    """Driver to agent: give jobs to a worker."""

    worker: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Answer:
    """Driver to agent: the reply to an evaluation."""

    worker: int
    trial: int
    reply: Reply


@dataclass(frozen=True)
class Retire:
    """Driver to agent: this worker has grown too large. Have another one."""

    worker: int


@dataclass(frozen=True)
class Connected:
    """Agent to driver: the cluster is there.

    Attributes:
        threads: of each worker.
        room: workers that the cluster's nodes have room for, as far as they are wanted.
    """

    threads: int
    room: int


@dataclass(frozen=True)
class Refused:
    """Agent to driver: it does not go on, and why."""

    error: HarnessError


@dataclass(frozen=True)
class Room:
    """Agent to driver: how many workers there may be now, and how many of them are asked for and not there."""

    room: int
    pending: int


@dataclass(frozen=True)
class Waiting:
    """Agent to driver: no worker has been placed for long."""

    message: str


@dataclass(frozen=True)
class Here:
    """Agent to driver: a worker is there."""

    worker: int
    message: str


@dataclass(frozen=True)
class Said:
    """Agent to driver: a worker sent an event; by how many bytes it has grown since its first trial ended."""

    worker: int
    event: Event
    grown: float = 0.0


@dataclass(frozen=True)
class Quiet:
    """Agent to driver: a worker has shown no sign of life for long."""

    worker: int
    message: str


@dataclass(frozen=True)
class Gone:
    """Agent to driver: a worker has ended without being told to."""

    worker: int
    message: str
    cause: Cause


@dataclass(frozen=True)
class Setting:
    """What a worker is made with.

    Attributes:
        environment: variables, of :func:`harness.surroundings.carried_environment`.
        threads: of the compute library.
        gpu_share: of a GPU; None for a whole one, or none.
    """

    environment: Mapping[str, str]
    threads: int
    gpu_share: float | None


@dataclass(frozen=True)
class Place:
    """Where a worker is, and what is there.

    Attributes:
        node: Ray's name of the node.
        machine: what tells the machine from others, whatever nodes and containers it has.
        host: its name, in the container if it is in one.
        pid: its process.
        versions: of Python and of the libraries that results depend on, by name; empty for one that is not there.
    """

    node: str
    machine: str
    host: str
    pid: int
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Company:
    """Who shares a worker's machine, of the same run.

    Attributes:
        workers: how many, the worker itself among them.
        beside: process ids of the others, as far as this one can see them.
        driver: process id of the driver, if this worker can see it.
    """

    workers: int = 1
    beside: tuple[int, ...] = ()
    driver: int | None = None


@dataclass(frozen=True)
class Task:
    """Agent to worker: train jobs.

    Attributes:
        jobs: one, or a pack.
        images: an image set's data table, and where in the object store it is, for each set that they need.
    """

    jobs: tuple[Job, ...]
    images: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class Taken:
    """Worker to agent: what has happened.

    Attributes:
        first: number of the first event.
        events: each with the packed folder that the trial left, if it is its last.
        vitals: what the training has used so far.
        memory: bytes that the worker's process takes.
    """

    first: int
    events: tuple[tuple[Event, bytes | None], ...]
    vitals: Vitals | None
    memory: int
