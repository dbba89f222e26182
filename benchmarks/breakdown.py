"""Where the seconds of one `harness run` go.

    python -m benchmarks.breakdown W1 --rounds 3

Seconds of wall-clock time: until the first training is handed out, the clocks of the trainings (the mean of both
workers), what is left between trainings, and what follows the last. Medians over rounds; the table goes to standard
output and to ``benchmarks/results/breakdown-W1.json``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, save, table, time_process, where_and_when
from benchmarks.throughput import PACKAGES, command, write_images
from benchmarks.workload import WORKLOADS

CLOCKS = ("prepare", "compile", "train", "evaluate", "record")
TITLES = {
    "start": "start: imports, images, stores, until the first training is handed out",
    "prepare": "prepare: images and network",
    "compile": "compile",
    "train": "train",
    "evaluate": "evaluate: validation after every epoch, test at the end",
    "record": "record: figures, model, events",
    "between": "between: workers still importing, or waiting for the driver",
    "end": "end: report and exit",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    workload = WORKLOADS[options.workload]
    environment = {"PYTHONPATH": str(ROOT), "TF_ENABLE_ONEDNN_OPTS": "1"}
    rounds = []
    with tempfile.TemporaryDirectory(prefix="benchmark-data-") as folder:
        write_images(Path(folder))
        for _ in range(options.rounds):
            began = time.time()
            seconds, _, place = time_process(command("harness", workload, Path(folder)), environment)
            rounds.append(_parts(place / "mlruns", began, seconds))
            shutil.rmtree(place, ignore_errors=True)
    medians = {name: statistics.median(parts[name] for parts in rounds) for name in TITLES}
    total = statistics.median(sum(parts.values()) for parts in rounds)
    rows = [[TITLES[name], f"{value:.1f}", f"{100 * value / total:.0f}"] for name, value in medians.items()]
    rows.append(["all", f"{total:.1f}", "100"])
    text = table([f"{workload.name}: where the seconds go", "s", "%"], rows)
    print(text)
    path = save(
        f"breakdown-{workload.name}", {**where_and_when(PACKAGES), "rounds": rounds, "table": text.splitlines()}
    )
    print(path.relative_to(ROOT), file=sys.stderr)


def _parts(store: Path, began: float, seconds: float) -> dict[str, float]:
    from harness.results import load_results

    trials = load_results("harness", store).trials
    first, last = (trials[name].map(lambda at: at.timestamp()) for name in ("started", "ended"))
    workers = min(len(os.sched_getaffinity(0)), len(trials))
    clocks = {name: float(trials[f"{name}_seconds"].sum()) / workers for name in CLOCKS}
    start, end = first.min() - began, began + seconds - last.max()
    between = seconds - start - end - sum(clocks.values())
    return {"start": start, **clocks, "between": between, "end": end}


if __name__ == "__main__":
    main()
