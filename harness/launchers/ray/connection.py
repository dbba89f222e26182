"""Starting the process that connects to a cluster."""

from __future__ import annotations

from harness.errors import RunError
from harness.launchers.process import Child
from harness.launchers.ray.messages import Begin
from harness.surroundings import child_environment

AGENT_MODULE = "harness.launchers.ray.agent"

CONNECT_SECONDS = 60.0
"""Seconds after which whatever is at the address is taken for no cluster: Ray itself would wait for ever."""
NO_ANSWER = "no Ray cluster has answered there for a minute. `ray status` tells whether it is well."
AGAIN_SECONDS = 2.0
"""Seconds between two attempts to connect to a cluster that was lost."""


class _Agent(Child):
    name = "connection to the Ray cluster"


def start_agent(begin: Begin) -> Child:
    """Start the driver's agent at a cluster.

    Raises:
        RunError: if this machine cannot start a process.
    """
    environment = {**child_environment(), "RAY_USAGE_STATS_ENABLED": "0"}
    try:
        return _Agent(AGENT_MODULE, environment, begin)
    except OSError as error:
        reason = str(error.strerror or error).rstrip(".")
        raise RunError(
            f"the process that connects to the Ray cluster could not be started: {reason}. "
            "`harness doctor` looks at this machine."
        ) from None
