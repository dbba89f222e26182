"""How this checkout does beside another one: whether a change made it slower.

    git worktree add ../before COMMIT && make -C ../before install
    python -m benchmarks.against ../before

Whole commands of both, in turn: what people wait for (help, validate, list), workload W1, and many synthetic trials
through plan, store and report. Each checkout runs its own code with its own ``.venv``. Run nothing else meanwhile. The
table goes to standard output and to ``benchmarks/results/against.json``; above 1 this checkout is slower.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, save, table, time_process, where_and_when
from benchmarks.workload import WORKLOADS

PARTS = ("help", "validate", "list", "W1", "trials", "report")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="folder of the other checkout")
    parser.add_argument("--rounds", type=int, default=10, help="of quick commands; of the others a third")
    parser.add_argument("--trials", type=int, default=300, help="synthetic ones")
    parser.add_argument("--only", action="append", choices=PARTS, help="repeatable; all by default")
    options = parser.parse_args()
    places = {"before": options.before.resolve(), "now": ROOT}
    seconds = compare(places, options.only or PARTS, options.rounds, options.trials)
    text = show(seconds, options.trials, _revision(places["before"]))
    print(text)
    where = where_and_when(("tensorflow", "keras", "optuna", "mlflow"))
    path = save("against", {**where, "seconds": seconds, "table": text.splitlines()})
    print(path.relative_to(ROOT), file=sys.stderr)


def compare(
    places: Mapping[str, Path], parts: Sequence[str], rounds: int, trials: int
) -> dict[str, dict[str, list[float]]]:
    """Return part -> checkout -> seconds of each round."""
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="against-") as name:
        folder = Path(name)
        if "W1" in parts:
            from benchmarks.throughput import write_images

            write_images(folder)
        for part in parts:
            found[part] = {which: [] for which in places}
            quick = part in ("help", "validate", "list")
            for _ in range(rounds if quick else max(1, rounds // 3)):
                for which, place in places.items():
                    found[part][which].append(_time(part, place, folder / which, folder, trials))
            print(f"{part}: {found[part]}", file=sys.stderr, flush=True)
    return found


def _time(part: str, place: Path, own: Path, images: Path, trials: int) -> float:
    """Return the seconds of one round: of the process, or what it says itself of synthetic trials."""
    program, python = str(place / ".venv/bin/harness"), str(place / ".venv/bin/python")
    workload = WORKLOADS["W1"]
    if part == "trials":
        shutil.rmtree(own, ignore_errors=True)  # `report` reads the last one
    commands = {
        "help": [program, "--help"],
        "validate": [program, "validate", str(place / "studies/quickstart.toml")],
        "list": [program, "list", "--store", str(place / "mlruns")],
        "W1": [program, "run", str(place / "benchmarks/contestants/harness.toml"), "--set", f"data.folder={images}",
               "--set", f"design.trials={workload.trials - 2}", "--set", f"train.max_epochs={workload.epochs}"],
        "trials": [python, "-m", "benchmarks.scale", "--part", "run", "--trials", str(trials), "--folder", str(own)],
        "report": [python, "-m", "benchmarks.scale", "--part", "report", "--trials", str(trials), "--folder", str(own)],
    }  # fmt: skip
    environment = {"PYTHONPATH": str(place), "TF_CPP_MIN_LOG_LEVEL": "2"}
    seconds, _, work = time_process(commands[part], environment)
    if part in ("trials", "report"):
        said: dict[str, Any] = json.loads((work / "output.txt").read_text().strip().splitlines()[-1])
        seconds = float(said["seconds"])
    shutil.rmtree(work, ignore_errors=True)
    return seconds


def _revision(place: Path) -> str:
    from harness.provenance import source_tags

    return source_tags(place).get("mlflow.source.git.commit", "unknown")[:10]


def show(seconds: Mapping[str, Mapping[str, Sequence[float]]], trials: int, revision: str) -> str:
    """Return the table: medians, ranges, and this checkout's median over the other's."""
    titles = {
        "help": "harness --help",
        "validate": "harness validate",
        "list": "harness list",
        "W1": "W1, whole run",
        "trials": f"{trials:,} trials, plan and store",
        "report": f"report of {trials:,} trials",
    }
    rows = []
    for part, found in seconds.items():
        before, now = found["before"], found["now"]
        rows.append([titles[part], len(now), _median(before), _median(now),
                     f"{statistics.median(now) / statistics.median(before):.2f}"])  # fmt: skip
    return table(["", "rounds", f"{revision}, s", "now, s", "ratio"], rows)


def _median(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    main()
