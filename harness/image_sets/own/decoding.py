"""Pictures decoded into arrays on disk, in several threads, none of them kept in memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError
from harness.image_sets.own.layout import Layout
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.shelf import Shelf
from harness.pictures import open_picture, resized, to_pixels

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 64
"""Pictures that a thread decodes before it asks for more."""

_MOST_THREADS = 8
_ROOM_LEFT = 1 << 28
"""Bytes of the disk that are left free."""


class _Decoder:
    """Decodes pictures of one size and one number of channels; without settings, those of the first picture."""

    def __init__(self, shelf: Shelf, reading: Reading, first: str) -> None:
        path = shelf.place / first
        picture = open_picture(path, shelf.read(first))
        self.shelf, self.reading, self.first = shelf, reading, first
        self.size = reading.image_size or (picture.image.height, picture.image.width)
        self.channels = reading.channels or (3 if picture.coloured else 1)

    def decode(self, name: str) -> np.ndarray:
        """Return the pixels of a picture, uint8 (height, width, channels).

        Raises:
            DataError: if it cannot be read, or is of another size or kind than the others.
        """
        path = self.shelf.place / name
        picture = open_picture(path, self.shelf.read(name))
        if self.reading.channels is None and picture.coloured != (self.channels == 3):
            kinds = ("grey", "colours")
            raise DataError(
                f"{path}: must be of the kind of {self.first}, {kinds[self.channels == 3]}, got "
                f"{kinds[picture.coloured]}. Set data.channels = 3 to give all of them colours, or 1 to make all grey."
            )
        (height, width), image = self.size, picture.image
        if self.reading.image_size is None and (image.height, image.width) != self.size:
            raise DataError(
                f"{path}: must have the {height}x{width} pixels of {self.first}, got {image.height}x{image.width} "
                f"(height x width). Set data.image_size, for example to {suggested_size(height, width)}, to resize all."
            )
        return to_pixels(resized(image, height, width, self.reading.resize, self.reading.fit), self.channels)


def suggested_size(height: int, width: int) -> int:
    """Return a side for images that small networks train on, not above that of a picture."""
    side = min(height, width)
    return next((size for size in (128, 96, 64, 48, 32, 28) if size <= side), side) if side <= 128 else 64


def decode_pictures(shelf: Shelf, layout: Layout, reading: Reading, folder: Path) -> dict[str, Any]:
    """Decode all pictures into the arrays of a set.

    Args:
        shelf: the files.
        layout: which of them are pictures, and of which class.
        reading: how.
        folder: where the arrays go.

    Returns:
        What is known of them besides.

    Raises:
        DataError: for the first picture, by its place, that cannot be used; if there is too little room.
        OSError: if the arrays cannot be written.
    """
    import numpy as np

    decoder = _Decoder(shelf, reading, layout.train[0])
    require_room(shelf.place, folder, len(layout.train) + len(layout.test), (*decoder.size, decoder.channels))
    train = _decode(decoder, layout.train, folder / "train_images.npy")
    test = _decode(decoder, layout.test, folder / "test_images.npy")
    keep = unrepeated(train, test, layout.train, layout.test, shelf.place, reading)
    labels, held_out = np.array(layout.train_labels, np.int32), layout.held_out
    if not keep.all():
        held_out -= int((~keep[len(keep) - held_out :]).sum()) if held_out else 0
        compress(folder / "train_images.npy", train, keep)
    np.save(folder / "train_labels.npy", labels[keep])
    np.save(folder / "test_labels.npy", np.array(layout.test_labels, np.int32))
    return {
        "class_names": list(layout.class_names),
        "held_out": held_out,
        "source": str(shelf.place.resolve()),
        "words": layout.words,
        "dropped": int((~keep).sum()),
    }


def require_room(place: Path, folder: Path, count: int, shape: tuple[int, ...]) -> None:
    """Check that the disk has room for so many images of a shape, and memory for training on them as 32-bit numbers.

    Args:
        place: where they are, for messages.
        folder: where they are to be written.
        count: how many there are.
        shape: of one, (height, width, channels).

    Raises:
        DataError: if it has not.
    """
    needed, free = count * shape[0] * shape[1] * shape[2], shutil.disk_usage(folder).free
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if 4 * needed > memory:
        raise DataError(
            f"{place}: {count:,} images of {shape[0]}x{shape[1]}x{shape[2]} take {4 * needed / 1e9:.1f} GB of memory "
            f"while they are trained on, more than the {memory / 1e9:.1f} GB of this machine. Set a smaller "
            "data.image_size, or use fewer images."
        )
    if needed + _ROOM_LEFT > free:
        raise DataError(
            f"{folder.parent}: {count:,} images of {shape[0]}x{shape[1]}x{shape[2]} take {needed / 1e9:.1f} GB, got "
            f"{free / 1e9:.1f} GB of free disk. Free some, set a smaller data.image_size, or name another folder in "
            "XDG_CACHE_HOME."
        )


def _decode(decoder: _Decoder, names: Sequence[str], file: Path) -> np.ndarray:
    """Decode pictures into an array on disk, (n, height, width, channels)."""
    import numpy as np

    shape = (len(names), *decoder.size, decoder.channels)
    images: np.ndarray = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)

    def fill(start: int) -> None:
        for place, name in enumerate(names[start : start + _AT_ONCE], start):
            images[place] = decoder.decode(name)

    threads = min(_MOST_THREADS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(threads) as pool:
        try:
            for _ in pool.map(fill, range(0, len(names), _AT_ONCE)):  # in order: of several faults the first is told
                pass
        finally:
            pool.shutdown(cancel_futures=True)
    images.flush()  # type: ignore[attr-defined]
    return images


def unrepeated(
    train: np.ndarray, test: np.ndarray, train_names: Sequence[str], test_names: Sequence[str], place: Path,
    reading: Reading,
) -> np.ndarray:  # fmt: skip
    """Return which training images are kept, (n,): those that are no test image, by `data.duplicates`.

    Args:
        train: uint8 (n, height, width, channels).
        test: uint8 (m, height, width, channels).
        train_names: what each is called, for messages, like what follows.
        test_names: see there.
        place: where they are.
        reading: says what becomes of those that are.

    Raises:
        DataError: if there are some, and `data.duplicates` refuses them; if nothing else is left of a class.
    """
    import numpy as np

    keep = np.ones(len(train), bool)
    if reading.duplicates == "keep":
        return keep
    known = {sha256(image.tobytes()).digest(): place for place, image in reversed(list(enumerate(test)))}
    twins = [
        (index, known[mark]) for index, image in enumerate(train) if (mark := sha256(image.tobytes()).digest()) in known
    ]
    if twins and reading.duplicates == "refuse":
        index, other = twins[0]
        more = f" {len(twins) - 1:,} others are test images too." if len(twins) > 1 else ""
        raise DataError(
            f"{place / train_names[index]}: is the same image as {test_names[other]} of the test split.{more} A "
            "network would be tested on what it was trained on. Set data.duplicates = 'drop' to leave such images out "
            "of training, or 'keep'."
        )
    keep[[index for index, _ in twins]] = False
    return keep


def compress(file: Path, images: np.ndarray, keep: np.ndarray) -> None:
    """Write those images of an array on disk that are kept, in its place."""
    import numpy as np

    part = file.with_suffix(".part.npy")
    kept = np.flatnonzero(keep)
    smaller: np.ndarray = np.lib.format.open_memmap(
        part, mode="w+", dtype=np.uint8, shape=(len(kept), *images.shape[1:])
    )
    for start in range(0, len(kept), 1024):
        smaller[start : start + 1024] = images[kept[start : start + 1024]]
    smaller.flush()  # type: ignore[attr-defined]
    part.replace(file)
