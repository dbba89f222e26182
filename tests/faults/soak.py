"""``python -m tests.faults.soak``: many real trainings in a row through one driver; what it takes must stay level.

Memory, descriptors and threads of the driver are read at the end of every training, memory of the workers too. Slopes
are Theil-Sen's (the median of all pairs), which single jumps do not move.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from harness.driver import Progress, run_study
from harness.launchers import Death
from harness.records import Event, Finished
from harness.study import build_study
from tests.conftest import TINY, changed
from tests.faults import checks

MEMORY_SLOPE = 0.1
"""MB that the driver may grow by with a training, once it is warm: 30 MB in 300."""

TIME_RATIO = 1.25
"""How much more processor time the last third of the trainings may take than the first.

The clock on the wall is shown only: other programs on the machine would decide.
"""


@dataclass(frozen=True)
class Sample:
    """What was there when a training had ended: MB, numbers, seconds.

    Attributes:
        seconds: since the run began.
        driver_cpu: processor time of the driver.
        workers_cpu: of all workers there were.
        driver: memory of the driver.
        workers: memory of all workers there are.
        descriptors: open in the driver.
        threads: of the driver.
    """

    seconds: float
    driver_cpu: float
    workers_cpu: float
    driver: float
    workers: float
    descriptors: int
    threads: int


class Watch:
    """An observer that takes a sample at the end of every training."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.process = psutil.Process()
        self.began = time.monotonic()

    def __call__(self, progress: Progress, event: Event | Death | None) -> None:
        if not isinstance(event, Finished):
            return
        workers = self.process.children()
        own = self.process.cpu_times()
        running = [worker.cpu_times() for worker in workers]
        self.samples.append(
            Sample(
                time.monotonic() - self.began,
                own.user + own.system,
                own.children_user + own.children_system + sum(times.user + times.system for times in running),
                self.process.memory_info().rss / 1e6,
                sum(worker.memory_info().rss for worker in workers) / 1e6,
                self.process.num_fds(),
                self.process.num_threads(),
            )
        )


def slope(values: Sequence[float]) -> float:
    """Return by how much values grow from one to the next."""
    from scipy.stats import theilslopes

    return float(theilslopes(values)[0])


def soak(trials: int, folder: Path) -> tuple[Watch, list[str]]:
    """Train so many times; return what was measured and what the oracle finds in the store."""
    changes = {"design.replicates": trials // 2, "train.max_steps": 20, "insight": "none", "target": None}
    study = build_study(changed(TINY, changes), name="soak", text="# a soak\n")
    watch = Watch()
    outcome = run_study(study, store=folder / "mlruns", observe=watch)
    if outcome.finished != trials // 2 * 2:
        raise AssertionError(outcome)
    found = checks.violations(folder / "mlruns", {"soak": {"design": outcome.finished}}, {}, scripted=False)
    return watch, [*found, *checks.leftovers(folder, excused=False)]


_LEVELS = {
    "driver": "memory of the driver, MB",
    "workers": "memory of all workers, MB",
    "descriptors": "descriptors of the driver",
    "threads": "threads of the driver",
}
_TIMES = {"seconds": "on the wall", "driver_cpu": "of the driver", "workers_cpu": "of the workers"}


def judge(samples: Sequence[Sample]) -> tuple[str, list[str]]:
    """Return a table of what was measured, and what is not level."""
    warm = samples[len(samples) // 6 :]
    lines = [f"{'':<30}{'first':>10}{'last':>10}{'a training':>14}"]
    slopes = {}
    for name, label in _LEVELS.items():
        values = [float(getattr(sample, name)) for sample in warm]
        slopes[name] = slope(values)
        lines.append(f"{label:<30}{values[0]:>10.0f}{values[-1]:>10.0f}{slopes[name]:>14.4f}")
    third = (len(warm) - 1) // 3
    spent = {}
    for name, label in _TIMES.items():
        values = [float(getattr(sample, name)) for sample in warm]
        first, last = (values[third] - values[0]) / third, (values[-1] - values[-1 - third]) / third
        spent[label] = first, last
        lines.append(f"{f'seconds {label}':<30}{first:>10.3f}{last:>10.3f}")
    wrong = []
    if slopes["driver"] > MEMORY_SLOPE:
        wrong.append(f"the driver grows by {slopes['driver']:.3f} MB a training")
    if slopes["descriptors"] > 0 or slopes["threads"] > 0:
        wrong.append(f"descriptors grow by {slopes['descriptors']}, threads by {slopes['threads']} a training")
    for label, (first, last) in spent.items():
        if label != _TIMES["seconds"] and last > TIME_RATIO * first:
            wrong.append(f"a training took {first:.3f} s {label} at first, {last:.3f} s at last")
    return "\n".join(lines), wrong


def main() -> int:
    """Run it; return 1 if something is not level."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--output", type=Path, help="a JSON file for all samples")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        watch, found = soak(options.trials, Path(name))
        files = [path for path in (Path(name) / "mlruns").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    if options.output:
        options.output.write_text(json.dumps([asdict(sample) for sample in watch.samples]))
    table, wrong = judge(watch.samples)
    print(table)
    print(
        f"{len(watch.samples)} trainings in {watch.samples[-1].seconds:.0f} s; {len(files)} files, {size / 1e6:.0f} MB"
    )
    for text in [*wrong, *found]:
        print(f"! {text}")
    return int(bool(wrong or found))


if __name__ == "__main__":
    sys.exit(main())
