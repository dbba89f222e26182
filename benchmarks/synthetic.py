"""A study of trainings that take no time: what is left is the driver's work."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EVALUATIONS = 20
VARIANTS = 10


def study_of(trials: int, name: str = "scale") -> Any:
    """Return a study of so many trainings, ten variants of a small network."""
    from harness.study import build_study

    rates = [1e-3 * (index + 1) for index in range(VARIANTS)]
    return build_study(
        {
            "question": "Benchmark: which of ten learning rates?",
            "data": {"name": "digits", "validation": 300, "split": "first"},
            "model": {"conv": [{"filters": 4}], "dense": [16]},
            "train": {"learning_rate": 1e-3, "max_steps": 100 * EVALUATIONS, "evaluate_every": 100},
            "target": {"metric": "val_accuracy", "value": 0.9, "stop": False},
            "design": {"kind": "factorial", "replicates": math.ceil(trials / VARIANTS),
                       "factors": {"train.learning_rate": rates}},
        },
        name=name,
        text="# synthetic\n",
    )  # fmt: skip


class Synthetic:
    """A launcher whose trials are over at once, with numbers from a formula.

    Args:
        work: says how many jobs at a time.
        leaves: folder with what each trial leaves; None for nothing.
    """

    pending = 0

    def __init__(self, work: Any, leaves: Path | None = None) -> None:
        self.places, self.scratch, self.leaves = work.workers, Path(work.scratch), leaves
        self.waiting: list[Any] = []

    @property
    def about(self) -> Any:
        from harness.launchers import About

        return About("a formula", self.places, 1)

    def expect(self, trainings: int) -> None:
        """Everything is there."""

    def take(self, trial: int) -> Path | None:
        """Write what a trial leaves."""
        if self.leaves is None:
            return None
        return Path(shutil.copytree(self.leaves, self.scratch / str(trial)))

    @property
    def free(self) -> int:
        return self.places - len(self.waiting)

    def submit(self, jobs: Sequence[Any]) -> None:
        self.waiting.extend(jobs)

    def reply(self, trial: int, reply: Any) -> None:
        """Nothing is pruned."""

    def close(self) -> None:
        """Nothing to close."""

    def poll(self, seconds: float) -> list[Any]:  # noqa: ARG002
        """Return all events of all jobs: as if every worker was done since the last time."""
        jobs, self.waiting = self.waiting, []
        return [event for job in jobs for event in self._events(job)]

    def _events(self, job: Any) -> list[Any]:
        from harness.records import Clocks, Evaluated, Fingerprint, Finished, Started, StopReason, TrialResult

        place = Fingerprint("synthetic", "cpu", "none", "none", "none", 1, self.places)
        costs = {"parameters": 1000, "macs": 5000, "activations": 300, "activation_ops": 200, "pool_ops": 100}
        history = []
        for index in range(1, EVALUATIONS + 1):
            loss = (1 + job.trial % 7 / 10) * math.exp(-index / 5)
            metrics = {
                "train_loss": loss,
                "train_accuracy": 1 - loss / 3,
                "val_loss": loss,
                "val_accuracy": 1 - loss / 2,
            }
            history.append(Evaluated(job.trial, 100 * index, float(index), 0.5 * index, metrics))
        last = history[-1]
        result = TrialResult(
            StopReason.MAXIMUM, last.step, last.epoch, {**last.metrics, "test_loss": loss, "test_accuracy": 1 - loss},
            Clocks(0.1, 1.0, last.train_seconds, 0.5, 0.2), last.step, last.train_seconds, 1e4, costs,
        )  # fmt: skip
        return [Started(job.trial, place, costs, "0" * 16, last.step), *history, Finished(job.trial, result)]


def write_leaves(folder: Path) -> None:
    """Train one small network, and keep what it leaves: files that a trial of that size has."""
    from harness.driver import run_study
    from harness.store import open_store

    with tempfile.TemporaryDirectory(prefix="leaves-") as name:
        study = study_of(1, "leaves").model_copy(update={"insight": "basic"})
        run_study(study, store=name, workers=1)
        store = open_store(name)
        run = store.find("leaves#1")
        for file in store.files(run):
            if (found := store.file(run, str(file))) is not None:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(found, folder / file)
        model = store.model(run)
        assert model is not None
        shutil.copyfile(model, folder / "model.keras")
