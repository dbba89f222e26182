"""Small IDX files made by hand, and a place of its own for the user's cache."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


def idx_bytes(array: np.ndarray) -> bytes:
    """The IDX file of an array of unsigned bytes."""
    return (
        bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()
    )


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "cnn-harness"


@pytest.fixture
def write_idx() -> Callable[[Path, np.ndarray], Path]:
    def write(path: Path, array: np.ndarray) -> Path:
        contents = idx_bytes(array)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(contents) if path.suffix == ".gz" else contents)
        return path

    return write


@pytest.fixture
def idx_folder(tmp_path, write_idx) -> Path:
    """Six training images of 2x3 pixels (image i is full of 10 i) in three classes, and three test images."""
    folder = tmp_path / "small"
    train = np.repeat(np.arange(6) * 10, 6).reshape(6, 2, 3)
    write_idx(folder / "train-images-idx3-ubyte.gz", train)
    write_idx(folder / "train-labels-idx1-ubyte", np.array([0, 1, 0, 1, 0, 1]))
    write_idx(folder / "t10k-images.idx3-ubyte", train[:3] + 1)
    write_idx(folder / "t10k-labels.idx1-ubyte.gz", np.array([0, 1, 2]))
    return folder


@pytest.fixture
def original_files() -> Path:
    """The folder with the original MNIST and Fashion-MNIST files."""
    folder = os.environ.get("HARNESS_DATA_DIR")
    if not folder or not (Path(folder) / "mnist").is_dir():
        pytest.skip("HARNESS_DATA_DIR does not name a folder with the original mnist and fashion-mnist files")
    return Path(folder)
