"""Noise of real trainings, for benchmarks/validity: thousands of one variant that differ in their seeds alone.

    python -m benchmarks.real_noise FOLDER

Trains benchmarks/real_noise.toml with two seeds into FOLDER (an interrupted run is continued; about 20 minutes on two
cores), and keeps what is needed in ``benchmarks/results/real_noise.parquet``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

from benchmarks.measure import RESULTS, ROOT, where_and_when

KEPT = RESULTS / "real_noise.parquet"
_STUDY = Path(__file__).with_name("real_noise.toml")
_RUNS = {0: [], 1: ["--set", "design.kind=factorial", "--set", "design.factors="]}
"""Seed -> settings: all variants with the first, the base alone with the second, so that there are 2,000 of it."""
_COLUMNS = ("variant", "replicate", "stop_reason", "val_accuracy", "test_accuracy", "test_loss", "steps_to_target")
_WHERE = ("processor", "threads", "workers", "backend", "keras", "python", "git_revision", "data_digest")


def train(folder: Path, seed: int) -> None:
    """Run the study with one seed."""
    command = [sys.executable, "-c", "from harness.cli import main; main()", "run", str(_STUDY), *_RUNS[seed]]
    places = ["--store", str(folder / "store"), "--reports", str(folder / "reports")]
    subprocess.run([*command, "--set", f"seed={seed}", "--name", f"real_noise_{seed}", *places], cwd=ROOT, check=True)


def gather(folder: Path) -> pd.DataFrame:
    """Return a row a finished training, of both seeds, with what it was made with in ``attrs``."""
    parts = []
    for seed in _RUNS:
        trials = pd.read_parquet(folder / "reports" / f"real_noise_{seed}" / "trials.parquet")
        parts.append(trials[trials["status"] == "finished"].assign(seed=seed))
    both = pd.concat(parts, ignore_index=True)
    frame = both[["seed", *_COLUMNS]].sort_values(["seed", "replicate", "variant"], ignore_index=True)
    frame = frame.astype({"seed": "int8", "replicate": "int16", "variant": "category", "stop_reason": "category"})
    made = {name: sorted({str(value) for value in both[name]}) for name in _WHERE}
    frame.attrs = {"study": _STUDY.read_text(encoding="utf-8"), "made": made, "date": where_and_when(())["date"]}
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the store and the reports, outside of the repository")
    parser.add_argument("--gather", action="store_true", help="train nothing, keep what the folder has")
    options = parser.parse_args()
    folder = options.folder.resolve()
    for seed in () if options.gather else _RUNS:
        train(folder, seed)
    frame = gather(folder)
    frame.to_parquet(KEPT, index=False)
    print(json.dumps(frame.attrs["made"], indent=1))
    print(f"{len(frame):,} trainings, {KEPT.stat().st_size / 1000:.0f} kB: {KEPT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
