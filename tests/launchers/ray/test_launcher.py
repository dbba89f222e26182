"""Workers as actors of a real Ray cluster, of several nodes on this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from harness.errors import UsageError
from harness.launchers import Cause, Death, Joined, Silence
from harness.launchers.ray import Cluster, RayLauncher
from harness.launchers.ray.connection import AGENT_MODULE
from harness.records import Evaluated, Failed, Finished, Reply, Started
from tests.image_sets.conftest import idx_bytes
from tests.launchers.contract import ENDLESS, Training, collect
from tests.launchers.ray.conftest import await_workers, workers_here

pytestmark = pytest.mark.ray


class TestRayLauncher(Training):
    """It is held to the contract."""

    @pytest.fixture
    def start(self, start_on, one_node, work):
        return lambda given=work: start_on(one_node, given)


def write_folder(folder):
    """An image set of one's own: 120 images of 8x8 pixels in four classes, and 40 to test."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, count in (("train", 120), ("t10k", 40)):
        labels = np.arange(count) % 4
        images = random.integers(0, 60, (count, 8, 8)) + 50 * labels[:, None, None]
        (folder / f"{name}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))


def until(launcher, wanted):
    """Poll until an event is one of some class, and return it."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        for event in launcher.poll(0.5):
            if isinstance(event, wanted):
                return event
    raise AssertionError(f"no {wanted} came")


def test_a_killed_worker_is_noticed_and_replaced(start_on, one_node, job_of):
    launcher = start_on(one_node)
    launcher.submit([job_of(0, **ENDLESS)])
    until(launcher, Evaluated)
    (worker,) = workers_here()
    worker.kill()
    death = until(launcher, Death)
    assert (death.trials, death.cause) == ((0,), Cause.TRAINING)
    assert death.message.startswith("the worker on ")
    assert (launcher.free, launcher.pending) == (0, 1) or until(launcher, Joined)
    await_workers(launcher, 1)
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)


def test_a_stopped_worker_is_said_ended_and_replaced(start_on, one_node, job_of):
    launcher = start_on(one_node, patience=10)  # importing libraries holds the interpreter for seconds
    launcher.submit([job_of(0, **ENDLESS)])
    until(launcher, Evaluated)
    (worker,) = workers_here()
    worker.suspend()
    events = [event for event in collect(launcher) if isinstance(event, (Silence, Death))]
    assert [type(event) for event in events] == [Silence, Death]
    assert all(event.trials == (0,) for event in events)
    assert "no sign of life" in events[0].message
    await_workers(launcher, 1)
    assert not worker.is_running()
    launcher.submit([job_of(1)])
    assert isinstance(collect(launcher)[-1], Finished)


def test_workers_come_with_nodes_and_know_how_many_share_the_machine(start_on, nodes_of, job_of):
    with nodes_of(1) as nodes:
        launcher = start_on(nodes, workers=None)
        assert (launcher.about.workers, launcher.free, launcher.pending) == (1, 1, 0)
        nodes.add(processors=2)
        joined = await_workers(launcher, 3)
        assert [type(event) for event in joined] == [Joined, Joined]
        assert (launcher.about.workers, launcher.free, launcher.pending) == (3, 3, 0)
        launcher.submit([job_of(0)])
        started = until(launcher, Started)
        assert (started.fingerprint.workers, started.fingerprint.threads) == (3, 1)


def test_images_come_from_the_driver_and_are_fetched_once(start_on, nodes_of, job_of, tmp_path):
    """The second worker trains when no file is left to read; what a job needs is in the object store of its node."""
    folder = tmp_path / "images"
    write_folder(folder)
    data = {"name": "folder", "folder": str(folder), "validation": 20, "split": "stratified"}
    changes = {"data": data, "model": {"conv": [], "dense": [4]}}
    with nodes_of(1) as nodes:
        launcher = start_on(nodes, workers=None)
        launcher.submit([job_of(0, **changes)])
        first = collect(launcher)
        shutil.rmtree(folder)
        nodes.add()
        await_workers(launcher, 2)
        for trial in (1, 2):
            launcher.submit([job_of(trial, **changes)])
        both = collect(launcher, ends=2)
    ended = [event for event in [*first, *both] if isinstance(event, (Finished, Failed, Death))]
    assert [type(event) for event in ended] == [Finished] * 3, ended
    assert len({event.result.digests["weights"] for event in ended}) == 1


def test_what_a_worker_maps_is_no_copy_and_read_only(one_node):
    """In a process of its own, as a driver of Ray."""
    code = """
import sys, numpy as np, ray
from harness.data import read_raw
from harness.launchers.ray.cluster import ImageShelf
from harness.launchers.ray.messages import Task
from harness.launchers.ray.worker import take_images
from harness.records import Job
from tests.conftest import TINY
from harness.study import build_study
ray.init(address=sys.argv[1], log_to_driver=False, configure_logging=False)
spec = build_study(TINY, name="tiny", text="").base.data
job = Job(0, build_study(TINY, name="tiny", text="").base, 0, None)
shelf = ImageShelf(None)
here = shelf.of([job])
assert shelf.of([job])[0][1] is here[0][1], "put there once"
own = read_raw(spec)
take_images(Task((job,), here))
mapped = read_raw(spec)
again = ray.get(here[0][1])
print(mapped is not own, mapped.digest == own.digest, np.array_equal(mapped.train_images, own.train_images),
      [array.flags.writeable or array.flags.owndata for array in (mapped.train_images, mapped.test_labels)],
      mapped.train_images.ctypes.data == again.train_images.ctypes.data)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, one_node.address], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.stdout.split("\n")[0] == "True True True [False, False] True", done.stderr


def test_a_reply_takes_far_less_than_a_tenth_of_a_second(start_on, one_node, job_of):
    launcher = start_on(one_node)
    launcher.submit([job_of(0, prunable=True, **{"train.max_steps": 200, "train.evaluate_every": 1, "target": None})])
    finished = collect(launcher, answer=lambda event: Reply.GO_ON)[-1]
    assert isinstance(finished, Finished)
    assert finished.result.clocks.record / 200 < 0.1, "evaluations, replies and artifacts, a step"


def test_something_else_at_the_address_is_not_waited_for(work, monkeypatch):
    monkeypatch.setattr("harness.launchers.ray.launcher.CONNECT_SECONDS", 5)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        launcher = RayLauncher(work, Cluster(address))
        with pytest.raises(UsageError, match=f"--address {address}: no Ray cluster has answered there"):
            launcher.expect(1)
    assert not [one for one in psutil.Process().children() if AGENT_MODULE in one.cmdline()]
