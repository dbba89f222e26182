"""Ray clusters of several nodes on this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import time

import psutil
import pytest

from harness.launchers.ray import Cluster, RayLauncher

HEALTH = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 1000,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 5,
}
"""A node that is gone is noticed within seconds, and a busy machine is not taken for one."""

STORE = {"object_store_memory": 100_000_000}


class Nodes:
    """A cluster of this machine: its head, and nodes that come and go.

    Args:
        processors: of the head's node, as Ray counts them.
    """

    def __init__(self, processors=0, port=None):
        from ray.cluster_utils import Cluster as Processes

        more = {} if port is None else {"gcs_server_port": port}
        self.processes = Processes(
            initialize_head=True,
            head_node_args={
                "num_cpus": processors,
                "include_dashboard": False,
                "_system_config": HEALTH,
                **STORE,
                **more,
            },
        )

    @property
    def address(self):
        return self.processes.address

    def add(self, processors=1):
        return self.processes.add_node(num_cpus=processors, **STORE)

    def kill(self, node):
        """End all processes of a node at once, as a machine that loses its power."""
        raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
        for process in [raylet, *raylet.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def kill_head(self):
        """End the process that knows of all nodes; the nodes stay, for a while."""
        self.processes.head_node.all_processes["gcs_server"][0].process.kill()

    def close(self):
        self.processes.shutdown()


@pytest.fixture(scope="session")
def nodes_of():
    """Make a cluster, which ends with the block."""
    pytest.importorskip("ray", reason="needs the extra ray")

    def make(*arguments, **options):
        return contextlib.closing(Nodes(*arguments, **options))

    return make


@pytest.fixture(scope="package")
def one_node(nodes_of):
    """A cluster with one processor."""
    with nodes_of(1) as nodes:
        yield nodes


@pytest.fixture
def start_on(work):
    """Make a launcher on a cluster, with as many workers free as are wanted; it is closed in the end."""
    with contextlib.ExitStack() as stack:

        def make(nodes, given=work, workers=1, seconds=90, cluster=None, **options):
            given = dataclasses.replace(given, workers=workers, trainings=max(9, given.trainings))
            cluster = dataclasses.replace(cluster or Cluster(), address=nodes.address)
            launcher = stack.enter_context(contextlib.closing(RayLauncher(given, cluster, **options)))
            launcher.expect(given.trainings)
            await_workers(launcher, workers or 1, seconds)
            return launcher

        yield make


def await_workers(launcher, workers, seconds=90):
    """Poll until so many workers are free, and return what came meanwhile."""
    came, deadline = [], time.monotonic() + seconds
    while launcher.free < workers:
        assert time.monotonic() < deadline, came
        came += launcher.poll(0.5)
    return came


def workers_here():
    """The processes of workers on this machine, whatever node they belong to."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any("ray::HarnessWorker" in part for part in process.cmdline()):
                found.append(process)
    return found
