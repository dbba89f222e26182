"""An ``.npz`` file of images and labels: ``x_train, y_train, x_test, y_test``, as Keras and NumPy users keep them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError
from harness.image_sets.own.decoding import compress, require_room, unrepeated
from harness.image_sets.own.layout import draw_test
from harness.image_sets.own.npz import NAMES, Arrays, image_shape_of, labels_of, require_named
from harness.image_sets.own.reading import Reading

if TYPE_CHECKING:
    import numpy as np


def test_is_missing(path: Path) -> bool:
    """Whether an ``.npz`` file has no test split of its own.

    Raises:
        DataError: if it cannot be read.
    """
    return Arrays(path).named("test") is None


def peek_arrays(path: Path, reading: Reading) -> tuple[tuple[int, int, int], int, int, tuple[str, ...]]:
    """Return the image shape, how many training images there are, how many of them are held out, the class names.

    Images are not read, but for their headers.

    Raises:
        DataError: if there are no images to train on.
    """
    arrays = Arrays(path)
    names = require_named(arrays, "train")
    shape, dtype = arrays.header(names[0])
    image_shape, labels = (
        image_shape_of(shape, dtype, f"{path}: {names[0]}"),
        labels_of(arrays, names[1], names[0], shape[0]),
    )
    held_out = arrays.named("validation")
    more = arrays.header(held_out[0])[0][0] if held_out else 0
    drawn = 0
    if arrays.named("test") is None and reading.test is not None:
        drawn = len(draw_test([str(label) for label in labels.tolist()], reading.test, path))
    return image_shape, shape[0] + more - drawn, more, tuple(str(label) for label in range(1 + int(labels.max())))


def unpack_arrays(path: Path, reading: Reading, folder: Path) -> dict[str, Any]:
    """Write the arrays of an ``.npz`` file as those of a set.

    Args:
        path: the file.
        reading: how; of it, `test` and `duplicates`.
        folder: where the arrays go.

    Returns:
        What is known of them besides.

    Raises:
        DataError: if something is missing, damaged, or does not go together.
        OSError: if the arrays cannot be written.
    """
    import numpy as np

    arrays = Arrays(path)
    splits = {split: names for split in NAMES if (names := arrays.named(split))}
    if "train" not in splits:
        require_named(arrays, "train")
    if ("test" in splits) == (reading.test is not None):
        fix = "Remove data.test" if reading.test is not None else "Set data.test = 0.2, or add x_test and y_test"
        raise DataError(f"{path}: {'has' if 'test' in splits else 'has no'} test split of its own. {fix}.")
    shapes = {split: image_shape_of(*arrays.header(names[0]), f"{path}: {names[0]}") for split, names in splits.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"{path}: all images must have one shape, got {', '.join(map(str, shapes.values()))}.")
    counts = {split: arrays.header(names[0])[0][0] for split, names in splits.items()}
    require_room(path, folder, sum(counts.values()), shapes["train"])
    labels = {split: labels_of(arrays, names[1], names[0], counts[split]) for split, names in splits.items()}
    pooled, held_out = (
        np.concatenate([labels[split] for split in splits if split != "test"]),
        counts.get("validation", 0),
    )
    images = _written(
        arrays, [splits[split][0] for split in splits if split != "test"], folder / "train_images.npy", shapes["train"]
    )
    numbered = [f"image {index}" for index in range(len(pooled))]
    if "test" in splits:
        test = _written(arrays, [splits["test"][0]], folder / "test_images.npy", shapes["train"])
        keep, test_labels = np.ones(len(pooled), bool), labels["test"]
    else:
        drawn = np.array(sorted(draw_test([str(label) for label in labels["train"].tolist()], reading.test or 0, path)))
        keep = np.ones(len(pooled), bool)
        keep[drawn] = False
        compress(folder / "test_images.npy", images, ~keep)
        test, test_labels = np.load(folder / "test_images.npy", mmap_mode="r"), pooled[drawn]
    rest = np.flatnonzero(keep)
    test_names = [f"image {index}" for index in range(len(test))]
    single = unrepeated(
        images[rest] if len(rest) < len(images) else images,
        test,
        [numbered[index] for index in rest],
        test_names,
        path,
        reading,
    )
    held_out -= int((~single[len(single) - held_out :]).sum()) if held_out else 0
    keep[rest[~single]] = False
    if not keep.all():
        compress(folder / "train_images.npy", images, keep)
    np.save(folder / "train_labels.npy", pooled[keep])
    np.save(folder / "test_labels.npy", test_labels)
    _require_same_classes(pooled[keep], test_labels, path)
    return {
        "class_names": [str(label) for label in range(1 + int(pooled.max()))],
        "held_out": held_out,
        "source": str(path.resolve()),
        "words": "arrays of an .npz file",
        "dropped": int((~single).sum()),
    }


def _written(arrays: Arrays, names: list[str], file: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """Write arrays of images one after the other into one on disk."""
    import numpy as np

    count = sum(arrays.header(name)[0][0] for name in names)
    images: np.ndarray = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=(count, *shape))
    start = 0
    for name in names:
        for piece in arrays.slabs(name):
            images[start : start + len(piece)] = piece.reshape(-1, *shape)
            start += len(piece)
    images.flush()  # type: ignore[attr-defined]
    return images


def _require_same_classes(train: np.ndarray, test: np.ndarray, path: Path) -> None:
    import numpy as np

    trained, tested = set(np.unique(train).tolist()), set(np.unique(test).tolist())
    if len(trained) < 2:
        raise DataError(f"{path}: must hold labels of at least two classes, got {sorted(trained)} alone.")
    if trained != tested:
        odd = min(trained ^ tested)
        split = "test" if odd in trained else "training"
        raise DataError(f"{path}: has no {split} image of the class {odd}. Add one, or remove the class.")


def check_arrays(path: Path) -> None:
    """Read all arrays to their end, where the checksums of the file are compared.

    Raises:
        DataError: if one is damaged, or does not go with the others.
    """
    arrays = Arrays(path)
    require_named(arrays, "train")
    for split in NAMES:
        names = arrays.named(split)
        if names is None:
            continue
        shape, dtype = arrays.header(names[0])
        image_shape_of(shape, dtype, f"{path}: {names[0]}")
        labels_of(arrays, names[1], names[0], shape[0])
        for _ in arrays.slabs(names[0]):
            pass
