"""Starting the process that connects to a cluster."""

from __future__ import annotations

from harness.errors import RunError
from harness.launchers.process import Child
from harness.launchers.ray.messages import Begin
from harness.surroundings import child_environment

AGENT_MODULE = "harness.launchers.ray.agent"


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
