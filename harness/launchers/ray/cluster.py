"""A Ray cluster: connecting to it, what it has room for, and what is wrong with it in words."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, RunError, UsageError
from harness.launchers.ray.messages import Begin
from harness.launchers.resources import WORKER_MEMORY
from harness.records import Job
from harness.surroundings import NEUTRAL_FOLDER, carried_environment

_ANSWER_SECONDS = 10.0
"""Seconds for a head to take a connection."""

_START = "Start one (ray start --head), or say where it is with --address HOST:PORT."


@dataclass(frozen=True)
class Demand:
    """What a worker takes of its node.

    Attributes:
        threads: processors.
        gpus: graphics processors; a fraction shares one.
    """

    threads: int
    gpus: float

    @property
    def share(self) -> float | None:
        """Which share of one GPU it takes; None for whole ones, or none."""
        return self.gpus % 1 or None

    @property
    def resources(self) -> dict[str, float]:
        """Ray's names of it -> how much."""
        wanted = {"CPU": float(self.threads), "GPU": self.gpus, "memory": WORKER_MEMORY}
        return {name: amount for name, amount in wanted.items() if amount}

    @property
    def options(self) -> dict[str, Any]:
        """Ray's options of the worker's actor: Ray neither starts it again by itself, nor asks it again."""
        return {
            "num_cpus": self.threads,
            "num_gpus": self.gpus,
            "memory": self.resources["memory"],
            "max_restarts": 0,
            "max_task_retries": 0,
            "max_concurrency": 8,
            "scheduling_strategy": "SPREAD",
        }

    def room(self, totals: Mapping[str, float]) -> int:
        """Return how many workers fit a node that has so much in all."""
        return int(min(totals.get(name, 0.0) / amount + 1e-6 for name, amount in self.resources.items()))

    def __str__(self) -> str:
        gpus = f", {self.gpus:g} GPU" if self.gpus else ""
        return f"{self.threads} CPU{gpus} and {WORKER_MEMORY / 1e9:g} GB of memory"


def connect(begin: Begin) -> None:
    """Connect this process to the cluster.

    Raises:
        UsageError: if there is none at the address, or it has other versions.
    """
    import ray

    address = begin.cluster.address
    _require_answer(address)
    try:
        with _elsewhere():
            ray.init(
                address=address,
                log_to_driver=False,
                configure_logging=False,
                runtime_env=runtime_env(begin.cluster.runtime_env, begin.threads or 1),
            )
    except Exception as error:
        raise _in_words(error, address) from None


@contextlib.contextmanager
def _elsewhere() -> Iterator[None]:
    """Be in another folder: Ray has workers import from where its driver is, too."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(NEUTRAL_FOLDER)
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


def _require_answer(address: str) -> None:
    """Knock at the head's door first: Ray itself would try for half a minute, and say little."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        raise UsageError(
            f"--address must be HOST:PORT of a cluster's head, or auto for the one of this machine, got {address!r}. "
            "The command itself runs on a node of the cluster."
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--address {address}: no Ray cluster answers there: {reason}. {_START}") from None


def _in_words(error: Exception, address: str) -> HarnessError:
    text = " ".join(str(error).split())
    if isinstance(error, ConnectionError) and "Could not find any running Ray instance" in text:
        return UsageError(f"--launcher ray: no Ray cluster runs on this machine. {_START}")
    if "Version mismatch" in text:
        return UsageError(f"--address {address}: the cluster has other versions than this environment: {text}")
    return UsageError(
        f"--address {address}: the Ray cluster cannot be used: {text.rstrip('.')}. "
        "The command runs on a node of the cluster; `ray status` tells whether it is well."
    )


def runtime_env(given: Mapping[str, Any], threads: int) -> dict[str, Any]:
    """Return what Ray gives to each worker: this very package, variables, and what the user says."""
    package = Path(__file__).resolve().parents[2]
    variables = {**carried_environment(threads), "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1"}  # no GPU but those given
    return {
        **given,
        "py_modules": [*given.get("py_modules", ()), str(package)],
        "excludes": [*given.get("excludes", ()), "**/__pycache__"],
        "env_vars": {**given.get("env_vars", {}), **variables},
    }


def alive_nodes() -> list[Mapping[str, Any]]:
    """Return the nodes that the cluster has now, as Ray describes them."""
    import ray

    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def demand_of(begin: Begin, nodes: Sequence[Mapping[str, Any]]) -> Demand:
    """Return what each worker takes of such nodes."""
    totals = [node["Resources"] for node in nodes]
    gpus = begin.cluster.gpus
    if gpus is None:
        gpus = 1.0 if any(total.get("GPU", 0) >= 1 for total in totals) else 0.0
    most = max((int(total.get("CPU", 0)) for total in totals), default=1)
    return Demand(begin.threads or (max(1, most) if begin.exclusive else 1), gpus)


def require_room(demand: Demand, nodes: Sequence[Mapping[str, Any]], address: str) -> None:
    """Require a node that could hold a worker if nothing else ran there.

    Raises:
        RunError: if there is none.
    """
    if any(demand.room(node["Resources"]) for node in nodes):
        return
    names = {"CPU": "CPU", "GPU": "GPU", "memory": "GB"}
    sizes = {"memory": 1e9}
    have = "; ".join(
        ", ".join(f"{node['Resources'].get(name, 0) / sizes.get(name, 1):.3g} {word}" for name, word in names.items())
        for node in nodes
    )
    raise RunError(
        f"--address {address}: no node of the Ray cluster has room for a worker, which takes {demand}; its nodes have "
        f"{have or 'gone'}. Use fewer --threads, smaller --gpus, or add a node."
    )


class ImageShelf:
    """The image sets of a study in the object store: put there once, and fetched once by each node that trains.

    Args:
        data_folder: where image files are looked for first, on this machine.
    """

    def __init__(self, data_folder: Path | None) -> None:
        self._folder = data_folder
        self._kept: dict[Hashable, Any] = {}

    def of(self, jobs: Sequence[Job]) -> tuple[tuple[Any, Any], ...]:
        """Return the data table and the place in the object store of each image set that jobs need.

        Raises:
            DataError: if images are missing or damaged.
            RunError: if the object store of this node has no room for them.
        """
        import ray
        from ray.exceptions import RayError

        from harness.data import read_raw, set_of

        found = {}
        for job in jobs:
            spec = job.variant.data
            key = set_of(spec)
            if key not in self._kept:
                raw = read_raw(spec, self._folder)
                try:
                    self._kept[key] = ray.put(raw)
                except RayError as error:
                    reason = " ".join(str(error).split()).rstrip(".")
                    raise RunError(
                        f"Ray's object store on this node does not take the images: {reason}. Start Ray here with more "
                        "--object-store-memory."
                    ) from None
            found[key] = (spec, self._kept[key])
        return tuple(found.values())
