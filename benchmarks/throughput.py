"""Whole studies, from process start to exit: the harness beside the bare compute floor and what people use today.

    python -m benchmarks.throughput W1 --rounds 3
    python -m benchmarks.throughput W2 --only floor --only harness

Needs the extra ``bench``. Run nothing else meanwhile. The table goes to standard output, table and raw figures to
``benchmarks/results/throughput-W1.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import RESULTS, ROOT, Timing, save, table, time_in_turn, where_and_when
from benchmarks.workload import TRAIN, VALIDATION, WORKLOADS, Workload

CONTESTANTS = {
    "floor": "bare compute floor",
    "harness": "harness",
    "ray_tune": "Ray Tune + OptunaSearch + MLflow callback",
    "tuner": "KerasTuner + MLflow",
    "plain": "Optuna + fit + MLflow autolog",
}
PACKAGES = ("tensorflow", "keras", "optuna", "mlflow", "keras-tuner", "ray")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="repeatable; all by default")
    parser.add_argument("--default-onednn", action="store_true", help="leave TensorFlow's oneDNN switch alone")
    parser.add_argument("--save-as", help="name of the JSON file; by default throughput-WORKLOAD")
    parser.add_argument("--add", action="store_true", help="add the rounds to those saved under this name")
    options = parser.parse_args()
    workload = WORKLOADS[options.workload]
    chosen = [name for name in CONTESTANTS if not options.only or name in options.only]
    with tempfile.TemporaryDirectory(prefix="benchmark-data-") as folder:
        write_images(Path(folder))
        commands = {name: command(name, workload, Path(folder)) for name in chosen}
        environment = {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2", "MLFLOW_DISABLE_TELEMETRY": "true",
                       "RAY_AIR_NEW_OUTPUT": "0"}  # fmt: skip
        if not options.default_onednn:
            environment["TF_ENABLE_ONEDNN_OPTS"] = "1"
        timings = time_in_turn(commands, options.rounds, environment)
    name = options.save_as or f"throughput-{workload.name}"
    if options.add:
        saved = json.loads((RESULTS / f"{name}.json").read_text())
        before = {key: Timing(saved["seconds"][key], saved["cpu_seconds"][key]) for key in saved["seconds"]}
        for key, timing in timings.items():
            found = before.setdefault(key, Timing())
            found.seconds += timing.seconds
            found.cpu_seconds += timing.cpu_seconds
        timings = {key: before[key] for key in CONTESTANTS if key in before}
    text = show(workload, timings)
    print(text)
    path = save(
        name,
        {
            "workload": vars(workload),
            "onednn": "TensorFlow's default" if options.default_onednn else "on for all",
            **where_and_when(PACKAGES),
            "seconds": {name: timing.seconds for name, timing in timings.items()},
            "cpu_seconds": {name: timing.cpu_seconds for name, timing in timings.items()},
            "table": text.splitlines(),
        },
    )
    print(f"\n{path.relative_to(ROOT)}", file=sys.stderr)


def write_images(folder: Path) -> None:
    """Write the first images of MNIST as ``images.npz`` for the others, and as IDX files for the harness.

    The harness also scores a test split at the end of each trial, which the others do not: it gets as many test images
    as there are for validation.
    """
    from harness.data import load_images
    from harness.study import DataSpec

    data_folder = os.environ.get("HARNESS_DATA_DIR")
    spec = DataSpec(name="mnist", validation=0, split="first", train_images=TRAIN + VALIDATION, scaling="none")
    data = load_images(spec, 0, Path(data_folder) if data_folder else None)
    images, labels = data.train.images[..., 0].astype("uint8"), data.train.labels.astype("uint8")
    np.savez(folder / "images.npz", images=images, labels=labels)
    tested, test_labels = data.test_pixels[:VALIDATION, ..., 0], data.test.labels[:VALIDATION].astype("uint8")
    for stem, pixels, classes in (("train", images, labels), ("t10k", tested, test_labels)):
        _write_idx(folder / f"{stem}-images-idx3-ubyte", 2051, pixels)
        _write_idx(folder / f"{stem}-labels-idx1-ubyte", 2049, classes)


def _write_idx(path: Path, magic: int, array: np.ndarray) -> None:
    path.write_bytes(np.array([magic, *array.shape], ">u4").tobytes() + array.tobytes())


def command(name: str, workload: Workload, folder: Path) -> list[str]:
    """Return what starts a contestant."""
    if name != "harness":
        return [sys.executable, "-m", f"benchmarks.contestants.{name}", str(folder),
                str(workload.trials), str(workload.epochs)]  # fmt: skip
    return [
        str(Path(sys.executable).parent / "harness"), "run", str(ROOT / "benchmarks/contestants/harness.toml"),
        "--set", f"data.folder={folder}",
        "--set", f"design.trials={workload.trials - 2}", "--set", f"train.max_epochs={workload.epochs}",
    ]  # fmt: skip


def show(workload: Workload, timings: dict[str, Timing]) -> str:
    """Return the table: median seconds, spread, ratio to the floor, throughput of the harness over each."""
    floor, ours = timings.get("floor"), timings.get("harness")
    rows = []
    for name, timing in timings.items():
        rows.append(
            [
                CONTESTANTS[name],
                len(timing.seconds),
                f"{timing.median:.1f}",
                f"{min(timing.seconds):.1f} to {max(timing.seconds):.1f}",
                f"{statistics.median(timing.cpu_seconds):.0f}" if timing.cpu_seconds else "",
                f"{timing.median / floor.median:.2f}" if floor else "",
                f"{timing.median / ours.median:.2f}" if ours else "",
            ]
        )
    what = f"{workload.name}: {workload.trials} trainings, {workload.steps:,} steps"
    header = [what, "rounds", "median s", "range s",
              "processor s", "x floor", "x harness"]  # fmt: skip
    return table(header, rows)


if __name__ == "__main__":
    main()
