"""Which training images are held out, and which of the others are trained on."""

from __future__ import annotations

import numpy as np

from harness.errors import StudyError
from harness.study import DataSpec


def split_positions(labels: np.ndarray, spec: DataSpec, seed: int, part: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Choose the images to train on and those held out for validation.

    The held-out images depend on ``validation``, ``split`` and the seed alone, not on ``train_images``.

    Args:
        labels: of all training images, (n,), in file order.
        spec: validation, split and train_images of `[data]`.
        seed: of the replicate, 0 or above; used by split = 'stratified' and 'k_fold' alone.
        part: which fold split = 'k_fold' holds out, 0 or above; beyond the last fold those of another shuffle follow.

    Returns:
        Positions to train on, and positions held out (perhaps none), both ascending: in file order.

    Raises:
        StudyError: if there are too few images for what the study asks.
    """
    count = len(labels)
    wanted, left = spec.images_to_train_on(count), count - spec.validation
    positions = np.arange(count)
    if spec.split == "first":
        return positions[spec.validation :][:wanted], positions[: spec.validation]
    if spec.split == "last":
        return positions[:wanted], positions[left:]
    if spec.split == "k_fold":
        train, validation = _part(positions, labels, spec.validation, seed, part)
        if wanted < left:
            random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, part])))
            train, _ = _draw(train, labels, wanted, random, "train_images")
        return train, validation
    # A SeedSequence takes seeds of any size, random_state only 32 bits.
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
    validation, train = _draw(positions, labels, spec.validation, random, "validation")
    if wanted < left:
        train, _ = _draw(train, labels, wanted, random, "train_images")
    return train, validation


def _part(positions: np.ndarray, labels: np.ndarray, size: int, seed: int, part: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all positions but those of a part, and those of it; both ascending."""
    from sklearn.model_selection import StratifiedKFold

    count = len(positions) // size
    shuffle, place = divmod(part, count)
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, shuffle])))
    try:
        parts = list(StratifiedKFold(count, shuffle=True, random_state=random).split(positions, labels))
    except ValueError as error:
        raise StudyError(
            f"data.validation: {len(positions)} images cannot be cut by class into {count} folds of {size}, got: "
            f"{str(error).splitlines()[0].rstrip('.')}. Use a larger number."
        ) from None
    train, validation = parts[place]
    return np.sort(train), np.sort(validation)


def _draw(
    positions: np.ndarray, labels: np.ndarray, count: int, random: np.random.RandomState, key: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``count`` of the positions, drawn so that each class keeps its share, and the others; both ascending."""
    from sklearn.model_selection import train_test_split

    if count == 0:
        return positions[:0], positions
    classes = labels[positions]
    try:
        others, drawn = train_test_split(positions, test_size=count, stratify=classes, random_state=random)
    except ValueError as error:
        raise StudyError(
            f"data.{key}: {count} of {len(positions)} images in {len(np.unique(classes))} classes cannot be drawn by "
            f"class, got: {str(error).splitlines()[0].rstrip('.')}. Use split = 'first', or another number."
        ) from None
    return np.sort(drawn), np.sort(others)
