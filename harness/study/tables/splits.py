"""What can be held out of an image set, and how many images that leaves to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import StudyError

if TYPE_CHECKING:
    from harness.study.tables.data import DataSpec


def require_split(spec: DataSpec, images: int, of: str) -> int:
    """Return how many images are left to train on; the one place of the rules on splits.

    Args:
        spec: validation, split and train_images of `[data]`.
        images: training images before the split.
        of: whose images they are, e.g. "of mnist", or "there are".

    Raises:
        ValueError: if there are too few images for what is asked; the message begins with the key.
    """
    if spec.validation >= images:
        raise ValueError(
            f"validation must be below {images}, the training images {of}, got {spec.validation}. "
            "Leave some to train on."
        )
    left = images - spec.validation
    if spec.train_images is not None and spec.train_images > left:
        whose = f" {of}" if of.startswith("of ") else ""
        raise ValueError(
            f"train_images must be at most {left} ({images} training images{whose} less {spec.validation} for "
            f"validation), got {spec.train_images}."
        )
    if spec.split == "k_fold" and images % spec.validation:
        raise ValueError(
            f"validation must divide {images}, the training images {of}, with split = 'k_fold', "
            f"got {spec.validation}. Five parts take {images / 5:g}."
        )
    return spec.train_images or left


def images_to_train_on(spec: DataSpec, images: int) -> int:
    """Return how many of so many training images, before the split, a training sees.

    Raises:
        StudyError: if there are too few of them for what the study asks.
    """
    try:
        return require_split(spec, images, "there are")
    except ValueError as error:
        raise StudyError(f"data.{error}") from None
