"""A small image set that comes as a file inside a Python package, with our fixed test split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class PackagedSet:
    """An :class:`~harness.image_sets.ImageSet` inside a Python package.

    Attributes:
        name: see there, like `title`, `facts` and `folder_holds`.
        package: the package, as it is imported.
        path: the file inside the package.
        contents: gives, of the file, the bytes that digests are of.
        require: raises DataError if these bytes, from a path, are not the ones we know.
        parse: gives pixels, uint8 (n, height, width, channels), and labels, int32 (n,), from these bytes.
        split: gives the positions of the training and of the test images from the labels.
    """

    name: str
    title: str
    facts: SetFacts
    package: str
    path: str
    contents: Callable[[Path], bytes]
    require: Callable[[bytes, Path], None]
    parse: Callable[[bytes], tuple[np.ndarray, np.ndarray]]
    split: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    folder_holds: str = ""

    def locate(self, folder: Path | None = None) -> Location | None:  # noqa: ARG002  it is in the package alone
        """Return where the file is, if its package is installed."""
        spec = find_spec(self.package)  # finds the folder without importing the package, which takes long
        if spec is None or spec.origin is None:
            return None
        file = Path(spec.origin).parent / self.path
        return Location(file.parent, (file,)) if file.is_file() else None

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:  # noqa: ARG002
        """Return where the file is."""
        found = self.locate()
        if found is None:
            raise DataError(f"{self.name}: {self.path} not found in the package {self.package}. Reinstall it.")
        return found

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:  # noqa: ARG002  it is known by heart
        """Return the image shape and the number of training images."""
        return self.facts.image_shape, self.facts.train_images

    def read(self, location: Location) -> RawImages:
        """Read the file, which must be the original one, and split off the test images."""
        (file,) = location.files
        contents = self.contents(file)
        self.require(contents, file)
        pixels, labels = self.parse(contents)
        train, test = self.split(labels)
        digest = sha256(contents).hexdigest()[:16]
        return RawImages(pixels[train], labels[train], pixels[test], labels[test], self.facts.class_names, digest)

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check the one file, which must be the original one."""
        file, digest = folder / Path(self.path).name, ""
        try:
            contents = self.contents(file)
            digest = sha256(contents).hexdigest()
            self.require(contents, file)
        except DataError as error:
            return [FileCheck(file, digest, str(error).removeprefix(f"{file}: "))]
        return [FileCheck(file, digest, None)]
