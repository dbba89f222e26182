"""How far one driver goes: trials a second that it plans and records, and how well a cluster is used.

    python -m benchmarks.cluster                       # all of it; about half an hour
    python -m benchmarks.cluster --only driving --workers 2 --workers 64

- ``driving``: workers that do no work, and leave what a small training leaves. One driver plans and records them, in a
  folder and on an MLflow server with Optuna's storage in PostgreSQL, both on this machine.
- ``drivers``: several drivers at once, each with a study of its own, on the same servers.
- ``training``: real trainings on a Ray cluster of two nodes with a processor each, beside two local processes. From the
  first training's begin to the last one's end.

Each part runs in processes of its own. Run nothing else meanwhile. Tables go to standard output and to
``benchmarks/results/cluster_PART.json``.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, save, table, where_and_when
from benchmarks.synthetic import EVALUATIONS, Synthetic, study_of, write_leaves

WORKERS = (2, 16, 64, 256)
DRIVERS = (1, 2, 4)
PACKAGES = ("optuna", "mlflow", "sqlalchemy", "psycopg", "ray")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS, help="repeatable; all by default")
    parser.add_argument("--trials", type=int, default=300, help="of each driver")
    parser.add_argument("--workers", type=int, action="append", help=f"repeatable; {WORKERS} by default")
    parser.add_argument("--rounds", type=int, default=2, help="of trainings")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(CHILDREN[options.child[0]](*options.child[1:])))
        return
    for part in options.only or PARTS:
        header, rows, found = PARTS[part](options)
        text = table(header, rows)
        print(text, flush=True)
        contents = {**where_and_when(PACKAGES), "evaluations": EVALUATIONS, "found": found, "table": text.splitlines()}
        print(save(f"cluster_{part}", contents).relative_to(ROOT), file=sys.stderr)


def driving(options: argparse.Namespace) -> tuple[list[str], list[list[str]], Any]:
    """Measure one driver, on a folder and on servers, with more and more workers."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    rows = []
    with tempfile.TemporaryDirectory(prefix="cluster-") as name, _servers(Path(name)) as busy:
        folder = Path(name)
        leaves = folder / "leaves"
        write_leaves(leaves)
        for kind in ("folder", "servers"):
            found[kind] = {}
            for workers in options.workers or WORKERS:
                place = f"folder-{workers}" if kind == "folder" else "lab"
                before = busy()
                one = _child(folder, "drive", place, f"d{workers}", options.trials, workers, leaves)
                one["served"] = busy() - before
                found[kind][workers] = one
                rows.append(
                    [
                        "folder" if kind == "folder" else "MLflow server + PostgreSQL",
                        str(workers),
                        f"{options.trials / one['seconds']:.1f}",
                        f"{1000 * one['seconds'] / options.trials:.0f}",
                        f"{1000 * one['processor'] / options.trials:.0f}",
                        f"{1000 * one['served'] / options.trials:.0f}" if kind == "servers" else "",
                    ]
                )
                print(*rows[-1], file=sys.stderr, flush=True)
    header = ["store", "workers", "trials a second", "ms a trial", "driver's processor ms", "servers' processor ms"]
    return header, rows, found


def drivers(options: argparse.Namespace) -> tuple[list[str], list[list[str]], Any]:
    """Measure several drivers at once on the same servers."""
    rows, found = [], {}
    with tempfile.TemporaryDirectory(prefix="cluster-") as name, _servers(Path(name)) as busy:
        folder = Path(name)
        leaves = folder / "leaves"
        write_leaves(leaves)
        for many in DRIVERS:
            before = busy()
            processes = [
                _start(folder, "drive", "lab", f"several{many}-{one}", options.trials // 2, 16, leaves)
                for one in range(many)
            ]
            each = [_result(process) for process in processes]
            seconds = max(one["end"] for one in each) - min(one["begin"] for one in each)
            trials = many * (options.trials // 2)
            found[many] = {"each": each, "seconds": seconds, "served": busy() - before}
            processor = sum(one["processor"] for one in each)
            rows.append(
                [
                    str(many),
                    f"{trials / seconds:.1f}",
                    f"{1000 * processor / trials:.0f}",
                    f"{1000 * found[many]['served'] / trials:.0f}",
                ]
            )
            print(*rows[-1], file=sys.stderr, flush=True)
    return ["drivers", "trials a second, all", "driver's processor, ms", "servers' processor, ms"], rows, found


def training(options: argparse.Namespace) -> tuple[list[str], list[list[str]], Any]:
    """Time real trainings on a Ray cluster and in local processes, in turn."""
    found: dict[str, list[float]] = {"local": [], "ray": []}
    with tempfile.TemporaryDirectory(prefix="cluster-") as name, _nodes() as address:
        for number in range(options.rounds):
            for kind in found:
                one = _child(Path(name), "train", f"{kind}-{number}", kind, address)
                found[kind].append(one["seconds"])
                print(kind, f"{one['seconds']:.1f} s", file=sys.stderr, flush=True)
    local = statistics.median(found["local"])
    rows = [
        [
            {"local": "2 local processes", "ray": "Ray, 2 nodes of 1 processor"}[kind],
            str(len(seconds)),
            f"{statistics.median(seconds):.1f}",
            f"{min(seconds):.1f} to {max(seconds):.1f}",
            f"{100 * local / statistics.median(seconds):.0f}",
        ]
        for kind, seconds in found.items()
    ]
    return ["workers", "rounds", "median s", "range s", "efficiency, %"], rows, found


PARTS = {"driving": driving, "drivers": drivers, "training": training}


def drive(place: str, name: str, trials: str, workers: str, leaves: str) -> dict[str, float]:
    """Plan and record the trials of workers that do no work."""
    from harness.driver import run_study

    marks: list[float] = []
    processor: list[float] = []

    def observe(*_: Any) -> None:
        marks[min(1, len(marks)) :] = [time.time()]  # the first and the latest
        processor[min(1, len(processor)) :] = [time.process_time()]

    launch = functools.partial(Synthetic, leaves=Path(leaves))
    run_study(study_of(int(trials), name), store=place, launch=launch, workers=int(workers), observe=observe)
    return {
        "begin": marks[0],
        "end": marks[-1],
        "seconds": marks[-1] - marks[0],
        "processor": processor[-1] - processor[0],
    }


def train(folder: str, kind: str, address: str) -> dict[str, float]:
    """Train 16 networks of 1,500 steps; return the seconds from the first one's begin to the last one's end."""
    from harness.driver import run_study
    from harness.launchers import LocalLauncher
    from harness.records import Finished, Started
    from harness.study import build_study

    given = dict(study_of(1).given)
    given["data"] = {"name": "mnist_5k", "validation": 500}
    given["model"] = {"conv": [{"filters": 8, "kernel": 5}, {"filters": 16, "kernel": 5}], "dense": [64]}
    given["train"] = {"learning_rate": 1e-3, "batch_size": 64, "max_steps": 1500, "evaluate_every": 100}
    del given["target"]
    given["design"] = {"kind": "factorial", "replicates": 8, "factors": {"model.downsample": ["max_pool", "stride"]}}
    marks: list[float] = []

    def observe(_: Any, event: Any) -> None:
        if isinstance(event, Started | Finished):
            marks[min(1, len(marks)) :] = [time.time()]

    if kind == "ray":
        from harness.launchers.ray import Cluster, RayLauncher

        launch: Any = functools.partial(RayLauncher, cluster=Cluster(address=address))
    else:
        launch = LocalLauncher
    run_study(build_study(given, "train"), store=folder, launch=launch, workers=2, threads=1, observe=observe)
    return {"seconds": marks[-1] - marks[0]}


CHILDREN: Mapping[str, Any] = {"drive": drive, "train": train}


@contextlib.contextmanager
def _servers(folder: Path) -> Iterator[Callable[[], float]]:
    """Start PostgreSQL and an MLflow server on it, with a profile ``lab`` in a folder.

    Gives what tells the processor seconds that they have used so far.
    """
    from tests.servers import Lab, Tracking, started_postgres

    with started_postgres() as postgres:
        for name in ("mlflow", "optuna"):
            postgres.execute("postgres", f"CREATE DATABASE {name}")
        tracking = Tracking(postgres.url("mlflow"), folder)
        try:
            Lab(postgres, tracking).write_profile(folder)
            yield _seconds_of([f"-D {postgres.folder}/data", f"--port {tracking.port} "])
        finally:
            tracking.stop()


def _seconds_of(marks: Sequence[str]) -> Callable[[], float]:
    """Return what sums up the processor seconds of the processes whose command line has one of some marks."""
    import psutil

    def found() -> float:
        processes = {}
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(psutil.Error):
                command = " ".join(process.info["cmdline"] or []) + " "
                if any(mark in command for mark in marks):
                    processes |= {one.pid: one for one in [process, *process.children(recursive=True)]}
        total = 0.0
        for process in processes.values():
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    return found


@contextlib.contextmanager
def _nodes() -> Iterator[str]:
    """Start a Ray cluster: a head, and two nodes of one processor; gives its address."""
    from tests.launchers.ray.conftest import Nodes

    with contextlib.closing(Nodes(0)) as nodes:
        nodes.add(1)
        nodes.add(1)
        yield nodes.address


def _start(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.cluster", "--child", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=folder)


def _result(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{process.args} ended with {process.returncode}")
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def _child(folder: Path, *arguments: object) -> dict[str, Any]:
    return _result(_start(folder, *arguments))


if __name__ == "__main__":
    main()
