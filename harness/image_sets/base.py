"""What an image set is, what is known of one before any file is read, and what reading one gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from harness.pictures import Fit, Resize

if TYPE_CHECKING:
    import numpy as np


class ImageSet(Protocol):
    """Images by name: where they are, getting them here, reading and checking them."""

    def __hash__(self) -> int:
        """What was read is kept by image set."""

    @property
    def name(self) -> str:
        """What a study file calls it: ``mnist``."""

    @property
    def title(self) -> str:
        """The name as people write it: ``MNIST``."""

    @property
    def facts(self) -> SetFacts | None:
        """What is known before any file is read; None if only the files tell, in a folder that a study must name."""

    @property
    def folder_holds(self) -> str:
        """What a folder that a study names has to hold, in words; empty if the set takes no folder."""

    def locate(self, folder: Path | None = None) -> Location | None:
        """Return where the set is on this machine, or None. Nothing is downloaded, read or checked.

        Args:
            folder: where to look first.
        """

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:
        """Return where the set is, after getting it into the user's cache if it is nowhere.

        Args:
            folder: where to look first.
            named: a folder that the study itself names, which is the only place looked at; images of one's own, named
                by a relative path, may also lie there in ``folder``.

        Raises:
            DataError: if it is nowhere and cannot be got; names every folder and address tried.
        """

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:
        """Return (height, width, channels) and the number of training images, reading no more than that takes.

        Raises:
            DataError: if what is read is damaged.
        """

    def read(self, location: Location) -> RawImages:
        """Read and verify the set.

        Raises:
            DataError: if a file is damaged, is not the one of the set, or does not go with the others.
        """

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check the files of the set in a folder, those that are missing included: a row for each."""


@dataclass(frozen=True)
class SetFacts:
    """What is known of an image set before any file is read.

    Attributes:
        image_shape: (height, width, channels).
        class_names: name of each class, by label.
        train_images: images to train on and to hold out from.
        test_images: images of the test split.
        origin: where its files are from.
        framing: how its images sit in their frame; None if nothing is known of it.
        download: about how many megabytes are downloaded; 0 if it comes with a package.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train_images: int
    test_images: int
    origin: str
    framing: Framing | None = None
    download: int = 0

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


@dataclass(frozen=True)
class Framing:
    """How the images of a set sit in their frame, and so how a picture is brought there.

    Attributes:
        box: share of the frame that the longer side of the ink fills; None for sets whose images are a whole view.
        centre: what is put in the middle: the ink's centre of mass, or the box around it.
        background: "black" or "white" if the set's images have such a one: pictures with the other one are inverted.
            None leaves them as they are.
        strokes: whether ink is drawn in strokes, see :func:`harness.data.ink.find_ink`.
        resize: how pixels are made of others where the whole view is taken.
        fit: what becomes then of another aspect ratio.
    """

    box: float | None
    centre: Literal["mass", "box"] = "box"
    background: Literal["black", "white"] | None = "black"
    strokes: bool = True
    resize: Resize = "bicubic"
    fit: Fit = "crop"


@dataclass(frozen=True)
class Location:
    """Where an image set was found.

    Attributes:
        folder: the folder that holds the files.
        files: the files, in an order that the set knows; none for a set that needs no files.
    """

    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True)
class RawImages:
    """An image set as its files hold it, unscaled.

    Attributes:
        train_images: uint8 (n, height, width, channels), all of them, before anything is held out.
        train_labels: int32 (n,).
        test_images: uint8 (m, height, width, channels).
        test_labels: int32 (m,).
        class_names: name of each class, by label.
        digest: first 16 hex digits of the SHA-256 of the decompressed contents, in the order of the location's files.
        held_out: how many training images, the last ones, the files themselves hold out for validation.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    digest: str
    held_out: int = 0


@dataclass(frozen=True)
class FileCheck:
    """What was found out about one file.

    Attributes:
        file: its path.
        sha256: SHA-256 of its decompressed contents; empty if it could not be read.
        problem: what is wrong and the fix; None if nothing is.
    """

    file: Path
    sha256: str
    problem: str | None


def class_names(facts: SetFacts | None, classes: int) -> tuple[str, ...]:
    """Return the name of each class by label: its number where a set has no other names."""
    return facts.class_names if facts else tuple(str(label) for label in range(classes))
