"""Many synthetic trials through plan, tracking and report, without training.

    python -m benchmarks.scale                      # 100, 1,000 and 10,000 trials of 20 evaluations; minutes
    python -m benchmarks.scale --trials 100

The question is whether the cost stays linear. Each part runs in a process of its own: what is timed are calls, from the
first to the last trial, and peak memory is the process's. The table goes to standard output and to
``benchmarks/results/scale.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, save, table, where_and_when
from benchmarks.synthetic import EVALUATIONS, Synthetic, study_of

TPE_ASKS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, action="append", help="repeatable; 100, 1000, 10000 by default")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.trials[0], options.folder)))
        return
    rows, found = [], {}
    for trials in options.trials or [100, 1000, 10_000]:
        with tempfile.TemporaryDirectory(prefix="scale-") as name:
            found[trials] = {part: _child(part, trials, Path(name)) for part in PARTS}
        run, report, tpe = (found[trials][part] for part in ("run", "report", "tpe"))
        rows.append(
            [
                f"{trials:,}",
                f"{1000 * run['seconds'] / trials:.0f}",
                f"{run['megabytes']:.0f}",
                f"{run['store_megabytes']:.1f}",
                f"{run['optuna_megabytes']:.1f}",
                f"{report['seconds']:.1f}",
                f"{report['megabytes']:.0f}",
                f"{1000 * tpe['seconds']:.0f}",
            ]
        )
        print(table(HEADER, rows), file=sys.stderr, flush=True)
    text = table(HEADER, rows)
    print(text)
    where = where_and_when(("optuna", "mlflow", "sqlalchemy", "pandas"))
    path = save("scale", {**where, "evaluations": EVALUATIONS, "found": found, "table": text.splitlines()})
    print(path.relative_to(ROOT), file=sys.stderr)


HEADER = ["trials", "plan + tracking, ms a trial", "peak MB", "mlflow.db MB", "optuna.db MB", "report s",
          "report peak MB", "TPE ask + tell, ms"]  # fmt: skip


def _child(part: str, trials: int, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale", "--part", part, "--trials", str(trials),
               "--folder", str(folder)]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{part} with {trials} trials ended with {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def run(trials: int, folder: Path) -> dict[str, float]:
    """Run the study into a new store."""
    from harness.driver import run_study

    study = study_of(trials)
    marks: list[float] = []

    def observe(*_: Any) -> None:
        marks[min(1, len(marks)) :] = [time.perf_counter()]  # the first and the latest

    run_study(study, store=folder, launch=Synthetic, workers=2, observe=observe)
    return {
        "seconds": marks[-1] - marks[0],
        "megabytes": _peak_megabytes(),
        "store_megabytes": _size(folder, "mlflow.db*"),
        "optuna_megabytes": _size(folder, "optuna.db*"),
    }


def report(trials: int, folder: Path) -> dict[str, float]:  # noqa: ARG001
    """Read the trials and write the report, imports included."""
    started = time.perf_counter()
    from harness.reports.writing import write_report
    from harness.results import load_results

    write_report(*load_results("scale", folder), folder / "report", "mlruns")
    return {"seconds": time.perf_counter() - started, "megabytes": _peak_megabytes()}


def tpe(trials: int, folder: Path) -> dict[str, float]:
    """Time one ask and tell of TPE on SQLite after so many trials."""
    import optuna

    from harness.plan import open_study
    from harness.store.local.optuna_storage import open_storage
    from harness.study import build_study

    given = dict(study_of(trials).given)
    space = {"train.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True}, "model.dense.0": [8, 16, 32]}
    given["design"] = {"kind": "search", "trials": trials, "space": space, "sampler": "tpe"}
    study = build_study(given, name="tpe", text="")
    searched = open_study(study, open_storage(folder))
    distributions = {
        "train.learning_rate": optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True),
        "model.dense.0": optuna.distributions.CategoricalDistribution([8, 16, 32]),
    }
    searched.add_trials(
        [
            optuna.trial.create_trial(
                params={"train.learning_rate": 1e-4 * 10 ** (index % 30 / 10), "model.dense.0": (8, 16, 32)[index % 3]},
                distributions=distributions,
                value=index % 97 / 97,
            )
            for index in range(trials)
        ]
    )
    seconds = []
    for _ in range(TPE_ASKS):
        started = time.perf_counter()
        trial = searched.ask(distributions)
        searched.tell(trial, 0.5)
        seconds.append(time.perf_counter() - started)
    return {"seconds": statistics.median(seconds)}


PARTS = {"run": run, "report": report, "tpe": tpe}


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _size(folder: Path, pattern: str) -> float:
    return sum(file.stat().st_size for file in folder.glob(pattern)) / 1e6


if __name__ == "__main__":
    main()
