"""A shelf of trained networks that may be damaged."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.tracking import DATABASE, Recorder
from tests.shelf import Bench


@pytest.fixture
def borrowed(shelf, tmp_path) -> Path:
    """A copy of the store that holds its own artifacts, to be damaged."""
    copy = Path(shutil.copytree(shelf.store, tmp_path / "mlruns"))
    with contextlib.closing(sqlite3.connect(copy / DATABASE)) as connection, connection:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            connection.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (shelf.store.as_uri(), copy.as_uri())
            )
    return copy


@pytest.fixture
def recorder(borrowed) -> Callable[[], Recorder]:
    """Another recorder of the study ``plain`` in the copy."""

    def make() -> Recorder:
        bench = Bench(borrowed, borrowed)
        study = bench.study("plain", **{"data.scaling": "standardized", "model.dense_dropout": 0.5})
        return Recorder(bench.client, borrowed, study, {})

    return make
