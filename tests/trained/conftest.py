"""A shelf of trained networks that may be damaged."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.records import Job, Resources, Started
from harness.seeds import seeds_of
from harness.store.local.database import DATABASE
from harness.store.local.files.disk import FolderDisk
from harness.store.record.recorder import Recorder
from harness.worker import run_jobs
from tests.image_sets.conftest import idx_bytes
from tests.shelf import Bench


@pytest.fixture
def borrowed(shelf, tmp_path) -> Path:
    """A copy of the store that holds its own artifacts, to be damaged."""
    return rehomed(shelf.store, tmp_path / "mlruns")


def rehomed(store: Path, place: Path) -> Path:
    """Copy a store, and its addresses with it."""
    copy = Path(shutil.copytree(store, place))
    columns = (("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location"))
    with contextlib.closing(sqlite3.connect(copy / DATABASE)) as connection, connection:
        for table, column in columns:
            connection.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (store.as_uri(), copy.as_uri())
            )
    return copy


@pytest.fixture
def recorder(borrowed) -> Callable[[], Recorder]:
    """Another recorder of the study ``plain`` in the copy."""

    def make() -> Recorder:
        bench = Bench(borrowed, borrowed)
        study = bench.study("plain", **{"data.scaling": "standardized", "model.dense_dropout": 0.5})
        return Recorder(bench.client, FolderDisk(borrowed), study, {})

    return make


@pytest.fixture(scope="session")
def folder_shelf(tmp_path_factory, empty_database) -> Path:
    """A store with a network that was trained on a folder of images of 6x5 pixels in three classes."""
    place = tmp_path_factory.mktemp("folder")
    store, images = place / "mlruns", place / "images"
    store.mkdir()
    images.mkdir()
    shutil.copy(empty_database, store / DATABASE)
    draw = np.random.default_rng(0)
    for stem, count in (("train", 60), ("t10k", 12)):
        (images / f"{stem}-images-idx3-ubyte").write_bytes(idx_bytes(draw.integers(0, 256, (count, 6, 5))))
        (images / f"{stem}-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(count) % 3))
    bench = Bench(store, place)
    study = bench.study("own", data={"name": "folder", "folder": str(images), "validation": 12})
    recorder = Recorder(bench.client, FolderDisk(store), study, {})
    run_id = recorder.start(0, study.base, 0, "design")
    job = Job(0, study.base, 0, seeds_of(study.seed, 0, study.base))

    def note(event: object) -> None:
        if isinstance(event, Started):
            recorder.take(run_id, event)

    (result,) = run_jobs([job], Resources(threads=None, workers=1), place / "scratch", note)
    recorder.finish(run_id, result, place / "scratch" / "0")
    return store


@pytest.fixture
def folder_run(folder_shelf, tmp_path) -> tuple[Path, str]:
    """A copy of that store, to be damaged, and its run."""
    return rehomed(folder_shelf, tmp_path / "mlruns"), "own#0"
