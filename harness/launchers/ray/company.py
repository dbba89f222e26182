"""Workers of one run know each other: who shares a machine, and that all have the same versions."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable

from harness.errors import UsageError
from harness.launchers.ray.member import Member
from harness.launchers.ray.messages import Company, Place
from harness.launchers.ray.worker import machine_id, versions


def introduce(members: Iterable[Member], changed: Place, driver: int) -> None:
    """Tell the workers of a machine, where one has come or gone, who shares it.

    Nodes and containers may share one. A process is seen by those of its own container alone.

    Args:
        members: all workers.
        changed: where one has come or gone.
        driver: process id of the driver, on this machine.
    """
    here = machine_id(), socket.gethostname()
    placed = [(one, one.place) for one in members if one.place and one.place.machine == changed.machine]
    for member, place in placed:
        spot = place.machine, place.host
        beside = tuple(
            other.pid for _, other in placed if (other.machine, other.host) == spot and other.pid != place.pid
        )
        member.meet(Company(len(placed), beside, driver if spot == here else None))


def require_versions(place: Place) -> None:
    """Require what results depend on to be the same there as here.

    Raises:
        UsageError: if it is not.
    """
    ours = versions()
    for name in ("python", "keras", "numpy", os.environ.get("KERAS_BACKEND", "tensorflow")):
        there = place.versions.get(name, "")
        if there != ours[name]:
            raise UsageError(
                f"the Ray cluster's node {place.host} must have {name} {ours[name]}, as this environment has, got "
                f"{there or 'none'}. Install the same there, in the nodes' image say, or name it in --runtime-env."
            )
