"""What can be held out of an image set, and how many images that leaves to train on."""

from __future__ import annotations


def require_split(validation: int, split: str, train_images: int | None, images: int, of: str) -> int:
    """Return how many images are left to train on; the one place of the rules on splits.

    Args:
        validation: of `[data]`, like the two that follow.
        split: see there.
        train_images: see there.
        images: training images before the split.
        of: whose images they are, e.g. "of mnist", or "there are".

    Raises:
        ValueError: if there are too few images for what is asked; the message begins with the key.
    """
    if validation >= images:
        raise ValueError(
            f"validation must be below {images}, the training images {of}, got {validation}. Leave some to train on."
        )
    left = images - validation
    if train_images is not None and train_images > left:
        whose = f" {of}" if of.startswith("of ") else ""
        raise ValueError(
            f"train_images must be at most {left} ({images} training images{whose} less {validation} for "
            f"validation), got {train_images}."
        )
    if split == "k_fold" and images % validation:
        parts = min((parts for parts in range(2, images + 1) if images % parts == 0), key=lambda parts: abs(parts - 5))
        raise ValueError(
            f"validation must divide {images}, the training images {of}, with split = 'k_fold', "
            f"got {validation}. With {images // parts} there are {parts} folds."
        )
    return train_images or left
