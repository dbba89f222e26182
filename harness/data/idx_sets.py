"""The image sets that come as four IDX files, as data: where they are found and what they must hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.data.idx import Kind


class IdxFile(NamedTuple):
    """One of the four files.

    Attributes:
        stem: how its name begins.
        kind: what it holds.
    """

    stem: str
    kind: Kind

    @property
    def name(self) -> str:
        """The name it was published under, without ``.gz``: ``train-images-idx3-ubyte``."""
        return f"{self.stem}-idx{3 if self.kind == 'images' else 1}-ubyte"

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it may have. Plain files come first: they need no decompression."""
        dimensions = (3, 4) if self.kind == "images" else (1,)
        plain = [f"{self.stem}{mark}idx{count}-ubyte" for count in dimensions for mark in "-."]
        return (*plain, *(f"{name}.gz" for name in plain))


IDX_FILES = (
    IdxFile("train-images", "images"),
    IdxFile("train-labels", "labels"),
    IdxFile("t10k-images", "images"),
    IdxFile("t10k-labels", "labels"),
)


@dataclass(frozen=True)
class IdxSet:
    """A built-in set of four IDX files.

    Attributes:
        subfolders: names of the folder it may have inside a folder of image sets.
        system_folder: where a package of the operating system puts it, if there is one.
        mirrors: addresses that the ``.gz`` files are downloaded from, in order; each ends in a slash.
        sha256: SHA-256 of each decompressed file, in the order of :data:`IDX_FILES`.
        class_names: names of the classes, by label.
    """

    subfolders: tuple[str, ...]
    system_folder: Path | None
    mirrors: tuple[str, ...]
    sha256: tuple[str, str, str, str]
    class_names: tuple[str, ...]


DIGIT_NAMES = tuple("0123456789")

IDX_SETS: dict[str, IdxSet] = {
    "mnist": IdxSet(
        subfolders=("mnist",),
        system_folder=None,
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        sha256=(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        class_names=DIGIT_NAMES,
    ),
    "fashion_mnist": IdxSet(
        subfolders=("fashion-mnist", "fashion_mnist"),
        system_folder=Path("/usr/share/datasets/fashion-mnist"),  # Debian's package dataset-fashion-mnist
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        sha256=(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
    ),
}


def class_names(name: str, classes: int) -> tuple[str, ...]:
    """Return the name of each class of an image set, by label: its number where it has no other.

    Args:
        name: `data.name` of the study.
        classes: how many there are.
    """
    known = IDX_SETS.get(name)
    return known.class_names if known else tuple(str(label) for label in range(classes))
