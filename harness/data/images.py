"""The images of a study, split and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.raw import find, read_raw
from harness.data.scaling import Scale, scale_of
from harness.data.splits import split_positions
from harness.errors import StudyError
from harness.image_sets import RawImages
from harness.study import DataSpec


@dataclass(frozen=True)
class Split:
    """Images and their classes.

    Attributes:
        images: float32 (n, height, width, channels), scaled.
        labels: int32 (n,), 0 to classes - 1.
    """

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class ImageData:
    """Everything a training needs to know of its images.

    Attributes:
        train: images to train on, in file order.
        validation: images held out; may be empty.
        test: images scored once, at the end.
        image_shape: (height, width, channels).
        classes: number of classes.
        class_names: name of each class, by label.
        test_pixels: the test images as they are, uint8 (n, height, width, channels), read-only; for looking at.
        scale: from pixels to what the network sees.
        digest: first 16 hex digits of the SHA-256 of the raw contents of the whole set, before splits and scaling.
    """

    train: Split
    validation: Split
    test: Split
    image_shape: tuple[int, int, int]
    classes: int
    class_names: tuple[str, ...]
    test_pixels: np.ndarray
    scale: Scale
    digest: str

    def background(self, value: int) -> np.ndarray:
        """Return an image of one pixel value, 0 to 255, as the network sees it: float32 (height, width, channels)."""
        image: np.ndarray = self.scale.apply(np.full((1, *self.image_shape), value, np.uint8))[0]
        return image


def load_images(
    spec: DataSpec, seed: int, folder: Path | None = None, part: int = 0, hold_out: bool = True
) -> ImageData:
    """Return the images of a study, verified, split and scaled. MNIST and Fashion-MNIST are downloaded if need be.

    The undecoded set stays in memory: loading it again with another split or scaling reads no file.

    Args:
        spec: `[data]` of the study.
        seed: of the replicate, 0 or above; decides which images are held out with split = 'stratified'.
        folder: where to look first for image files if the study names no folder.
        part: which part split = 'k_fold' holds out.
        hold_out: False puts the images that would be held out back among those to train on.

    Raises:
        DataError: if files are missing, damaged or not what their name says.
        StudyError: if the set has too few images for what the study asks.
    """
    raw = read_raw(spec, folder)
    train, validation = _positions(raw, spec, seed, part, hold_out)
    scale = scale_of(spec.scaling, raw.train_images[train])
    height, width, channels = raw.train_images.shape[1:]
    return ImageData(
        train=Split(scale.apply(raw.train_images[train]), raw.train_labels[train]),
        validation=Split(scale.apply(raw.train_images[validation]), raw.train_labels[validation]),
        test=Split(scale.apply(raw.test_images), raw.test_labels),
        image_shape=(height, width, channels),
        classes=len(raw.class_names),
        class_names=raw.class_names,
        test_pixels=raw.test_images,
        scale=scale,
        digest=raw.digest,
    )


def _positions(raw: RawImages, spec: DataSpec, seed: int, part: int, hold_out: bool) -> tuple[np.ndarray, np.ndarray]:
    _require_held_out(raw, spec)
    train, validation = split_positions(raw.train_labels, spec, seed, part)
    if not hold_out:
        train, validation = np.sort(np.concatenate([train, validation])), validation[:0]
    return train, validation


def _require_held_out(raw: RawImages, spec: DataSpec) -> None:
    """Check that what the files hold out is what the study holds out; parts of a cross-validation are cut of all."""
    if raw.held_out and spec.split != "k_fold" and (spec.split, spec.validation) != ("last", raw.held_out):
        raise StudyError(
            f"data.split must be 'last' with validation = {raw.held_out}, the images that {spec.folder} itself holds "
            f"out for validation, got '{spec.split}' with {spec.validation}. To cut them anew, move them to the others."
        )


def training_scale(
    spec: DataSpec, seed: int, folder: Path | None = None, part: int = 0, hold_out: bool = True
) -> Scale:
    """Return how the images of a training are scaled, for images that are not of the set.

    Args:
        spec: `[data]` of the study.
        seed: as in :func:`load_images`, like all that follow. With scaling = 'standardized' the training images are
            needed, with any other the set need not be on this machine.
        folder: see there.
        part: see there.
        hold_out: see there.

    Raises:
        DataError: as :func:`load_images`.
        StudyError: as :func:`load_images`.
    """
    if spec.scaling != "standardized":
        return scale_of(spec.scaling, np.zeros((0, 1, 1, 1), np.uint8))
    raw = read_raw(spec, folder)
    train, _ = _positions(raw, spec, seed, part, hold_out)
    return scale_of(spec.scaling, raw.train_images[train])


def check_images(spec: DataSpec, folder: Path | None = None) -> tuple[tuple[int, int, int], int]:
    """Read the images of a study and try its split, as :func:`load_images` will, without scaling anything.

    Args:
        spec: `[data]` of the study.
        folder: as in :func:`load_images`.

    Returns:
        As :func:`image_facts`.

    Raises:
        DataError: as :func:`load_images`.
        StudyError: as :func:`load_images`.
    """
    raw = read_raw(spec, folder)
    _positions(raw, spec, seed=0, part=0, hold_out=True)
    height, width, channels = raw.train_images.shape[1:]
    return (height, width, channels), len(raw.train_labels)


def shape_and_classes(spec: DataSpec, folder: Path | None = None) -> tuple[tuple[int, int, int], int]:
    """Return the image shape (height, width, channels) and the number of classes; of a folder, its files are read.

    Args:
        spec: `[data]` of the study.
        folder: as in :func:`load_images`.

    Raises:
        DataError: as :func:`load_images`.
    """
    known = spec.image_set.facts
    if known:
        return known.image_shape, known.classes
    raw = read_raw(spec, folder)
    height, width, channels = raw.train_images.shape[1:]
    return (height, width, channels), len(raw.class_names)


def image_facts(spec: DataSpec, folder: Path | None = None) -> tuple[tuple[int, int, int], int]:
    """Return the image shape (height, width, channels) and the number of training images before the split.

    Built-in sets are known by heart; of a folder, only the header of the training images is read.

    Args:
        spec: `[data]` of the study.
        folder: as in :func:`load_images`.

    Raises:
        DataError: if a folder lacks a file, or the header is damaged.
    """
    known = spec.image_set.facts
    return (known.image_shape, known.train_images) if known else spec.image_set.peek(find(spec, folder))
