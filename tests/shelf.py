"""A store with real trained networks, made once: of every kind of design, with splits and scalings that matter."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, NamedTuple

from harness.records import Job, Resources, TrialResult
from harness.seeds import seeds_of
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.record.recorder import Recorder
from harness.study import Level, Study, build_study
from harness.worker import run_jobs
from tests.conftest import TINY, changed


class Shelf(NamedTuple):
    """A store, and what its trainings measured: ``STUDY#NUMBER`` -> result."""

    store: Path
    results: dict[str, TrialResult]


class Bench:
    """Trains and records, as the driver does with its workers."""

    def __init__(self, store: Path, folder: Path) -> None:
        self.store, self.folder, self.results = store, folder, {}
        self.client = open_client(store)

    def study(self, name: str, **changes: Any) -> Study:
        return build_study(changed(TINY, {"train.max_steps": 20, **changes}), name=name, text="")

    def train(self, study: Study, settings: dict[str, Level], trial: int, replicate: int = 0, phase="design") -> None:
        recorder = Recorder(self.client, FolderDisk(self.store), study, {})
        variant = study.variant(settings)
        run_id = recorder.start(trial, variant, replicate, phase)
        scratch = self.folder / study.name
        job = Job(trial, variant, replicate, seeds_of(study.seed, replicate, variant))
        (result,) = run_jobs([job], Resources(threads=None, workers=1), scratch, lambda event: None)
        recorder.finish(run_id, result, scratch / str(trial))
        self.results[f"{study.name}#{trial}"] = result


def fill_shelf(folder: Path, empty_database: Path) -> Shelf:
    """Train and record all of it."""
    store = folder / "mlruns"
    store.mkdir()
    shutil.copy(empty_database, store / DATABASE)
    bench = Bench(store, folder)

    plain = bench.study("plain", **{"data.scaling": "standardized", "model.dense_dropout": 0.5})
    bench.train(plain, {"model.downsample": "stride"}, trial=3, replicate=1)

    parts = {"data.split": "k_fold", "data.validation": 479, "train.refit": True, "data.scaling": "standardized"}
    factors = {"train.precision": ["float32", "mixed_bfloat16"], "model.dense": [[16], [8, 8]]}
    bench.train(
        bench.study("parts", **parts, design={"kind": "one_at_a_time", "factors": factors}),
        {"train.precision": "mixed_bfloat16"}, trial=0, replicate=2,
    )  # fmt: skip

    space = {
        "train.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
        "model.conv": [[{"filters": 4}], [{"filters": 2}, {"filters": 3}]],
    }
    search = bench.study("search", design={"kind": "search", "trials": 3, "space": space})
    settings = {"train.learning_rate": 0.0123456789, "model.conv": [{"filters": 2}, {"filters": 3}]}
    bench.train(search, settings, trial=5, replicate=1000, phase="confirm")

    large = {"data.name": "mnist_5k", "data.scaling": "standardized", "model.conv": [{"filters": 4, "kernel": 5}]}
    bench.train(bench.study("drawn", **large, **{"train.max_steps": 60}), {"model.downsample": "stride"}, trial=0)
    return Shelf(store, bench.results)
