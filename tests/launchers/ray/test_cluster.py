"""What a worker asks of a cluster, and what is in the environment that Ray makes for it: arithmetic, without Ray."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.errors import RunError
from harness.launchers.ray.cluster import Demand, demand_of, require_room, runtime_env
from harness.launchers.ray.messages import Begin, Cluster

GB = 1e9


def begin(threads=None, exclusive=False, gpus=None):
    return Begin(Cluster("head:6379", gpus), 9, None, threads, exclusive, 600, Path("/nowhere"), None, 1)


def node(**resources):
    return {"Resources": resources, "Alive": True}


@pytest.mark.parametrize(
    ("demand", "totals", "room"),
    [
        (Demand(1, 0), {"CPU": 8.0, "memory": 100 * GB}, 8),
        (Demand(1, 0), {"CPU": 8.0, "memory": 3 * GB}, 2),
        (Demand(3, 0), {"CPU": 8.0, "memory": 100 * GB}, 2),
        (Demand(1, 0.25), {"CPU": 64.0, "GPU": 2.0, "memory": 100 * GB}, 8),
        (Demand(1, 0.1), {"CPU": 64.0, "GPU": 1.0, "memory": 100 * GB}, 10),  # 1 / 0.1 is no whole number to a computer
        (Demand(1, 1), {"CPU": 64.0, "memory": 100 * GB}, 0),
    ],
)
def test_how_many_workers_fit_a_node(demand, totals, room):
    assert demand.room(totals) == room


def test_what_a_worker_takes_unless_the_user_says():
    plain, graphics = node(CPU=8.0), node(CPU=4.0, GPU=2.0)
    assert demand_of(begin(), [plain]) == Demand(1, 0.0)
    assert demand_of(begin(), [plain, graphics]) == Demand(1, 1.0), "one GPU where there are any, as on one machine"
    assert demand_of(begin(gpus=0), [plain, graphics]) == Demand(1, 0.0)
    assert demand_of(begin(exclusive=True), [plain, graphics]) == Demand(8, 1.0)
    assert demand_of(begin(threads=3, exclusive=True), [plain]) == Demand(3, 0.0)


def test_a_share_is_of_a_gpu_that_is_shared():
    assert [Demand(1, gpus).share for gpus in (0.0, 0.25, 1.0)] == [None, 0.25, None]


def test_no_room_is_said_with_what_there_is():
    require_room(Demand(2, 0), [node(CPU=1.0), node(CPU=2.0, memory=2 * GB)], "head:6379")
    with pytest.raises(RunError) as raised:
        require_room(Demand(2, 0.5), [node(CPU=1.0, memory=8 * GB), node(CPU=4.0, GPU=0.0)], "head:6379")
    assert str(raised.value) == (
        "--address head:6379: no node of the Ray cluster has room for a worker, which takes 2 CPU, 0.5 GPU and 1.2 GB "
        "of memory; its nodes have 1 CPU, 0 GPU, 8 GB; 4 CPU, 0 GPU, 0 GB. Use fewer --threads, smaller --gpus, or add "
        "a node."
    )


def test_workers_get_this_code_settled_variables_and_what_the_user_says(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://10.0.0.1")
    given = {"pip": ["x"], "env_vars": {"MINE": "1", "OMP_NUM_THREADS": "7"}, "py_modules": ["/more"]}
    made = runtime_env(given, threads=2)
    assert made["pip"] == ["x"]
    assert made["py_modules"] == ["/more", str(Path(harness.__file__).parent)]
    variables = made["env_vars"]
    assert (variables["MINE"], variables["OMP_NUM_THREADS"], variables["PYTHONSAFEPATH"]) == ("1", "2", "1")
    assert variables["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] == "1", "a worker without a GPU sees none"
    assert "MLFLOW_TRACKING_URI" not in variables
