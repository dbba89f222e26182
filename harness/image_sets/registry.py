"""The image sets there are, by name."""

from __future__ import annotations

from pathlib import Path

from harness.errors import DataError, UsageError, did_you_mean, show_value
from harness.image_sets.base import FileCheck, ImageSet
from harness.image_sets.cifar10 import CIFAR10
from harness.image_sets.digits import DIGITS
from harness.image_sets.emnist import EMNIST_BALANCED, EMNIST_LETTERS
from harness.image_sets.fashion_mnist import FASHION_MNIST
from harness.image_sets.folder import FOLDER
from harness.image_sets.kmnist import KMNIST
from harness.image_sets.mnist import MNIST
from harness.image_sets.mnist_5k import MNIST_5K
from harness.image_sets.sources.places import is_file, is_folder, named_folder

_REGISTERED: tuple[ImageSet, ...] = (
    MNIST,
    FASHION_MNIST,
    KMNIST,
    EMNIST_LETTERS,
    EMNIST_BALANCED,
    CIFAR10,
    MNIST_5K,
    DIGITS,
    FOLDER,
)

IMAGE_SETS: dict[str, ImageSet] = {each.name: each for each in _REGISTERED}
"""What `data.name` of a study may be."""

BUILT_IN = tuple(each.name for each in _REGISTERED if each.facts)
"""Those that are known before any file is read: they can be listed, fetched and verified by name."""


def built_in(name: str) -> ImageSet:
    """Return a built-in image set.

    Raises:
        UsageError: if there is none of that name.
    """
    if name not in BUILT_IN:
        near = did_you_mean(name, BUILT_IN)
        raise UsageError(f"no image set is called {show_value(name)}, there are {', '.join(BUILT_IN)}.{near}")
    return IMAGE_SETS[name]


def verify(name_or_folder: str, folder: Path | None = None) -> list[FileCheck]:
    """Check an image set, file by file.

    The files of a built-in set must be the original ones; images of one's own must be ones that can be trained on. Of
    these nothing is known of how a study reads them, so that pictures of several sizes and kinds are in order.

    Args:
        name_or_folder: one of :data:`BUILT_IN`, or what `data.folder` may name.
        folder: where to look first for a set that is given by name.

    Raises:
        UsageError: if it is neither.
        DataError: if the set is not on this machine.
    """
    if name_or_folder not in BUILT_IN:
        place = named_folder(name_or_folder)
        if not (is_folder(place) or is_file(place)):
            raise UsageError(
                f"{show_value(name_or_folder)} is neither an image set ({', '.join(BUILT_IN)}) nor a folder or file."
                f"{did_you_mean(name_or_folder, BUILT_IN)}"
            )
        return FOLDER.verify(place)
    found = IMAGE_SETS[name_or_folder].locate(folder)
    if found is None:
        raise DataError(f"{name_or_folder}: is not on this machine. Run `harness data fetch {name_or_folder}`.")
    return IMAGE_SETS[name_or_folder].verify(found.folder)
