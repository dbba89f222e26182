"""Small pictures, each of them another colour, laid out in every way that people have."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.image_sets import IMAGE_SETS, RawImages, Reading


def pixels(number: int, height: int = 4, width: int = 6, channels: int = 3) -> np.ndarray:
    """An image that no other number gives; its first value is the number."""
    values = np.arange(height * width * channels).reshape(height, width, channels) + number
    return values.astype(np.uint8).squeeze()


def png(number: int, **size: int) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels(number, **size)).save(file, "PNG")
    return file.getvalue()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, contents in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return path


def pictures(names: Iterable[str], start: int = 0, **size: int) -> dict[str, bytes]:
    """A picture for each name: the first is number ``start``, the next one more."""
    return {name: png(number, **size) for number, name in enumerate(names, start)}


SPLIT = ("train/cat/a.png", "train/cat/b.png", "train/dog/a.png", "test/cat/a.png", "test/dog/a.png")


@pytest.fixture
def split() -> dict[str, bytes]:
    """Files of class folders in train and test: numbers 0 to 4."""
    return pictures(SPLIT)


def numbers(images: np.ndarray) -> list[int]:
    """The numbers of images."""
    return images[:, 0, 0, 0].tolist()


@pytest.fixture
def read() -> Callable[..., RawImages]:
    def read(place: Path, **settings: object) -> RawImages:
        image_set = IMAGE_SETS["folder"].read_as(Reading(**settings))
        return image_set.read(image_set.fetch(named=place))

    return read
