"""A published set that comes as one archive: the places it may be in, its mirrors, and its digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError, not_found
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts
from harness.image_sets.sources.cache import key_of, open_or_make, stamp_of
from harness.image_sets.sources.download import download
from harness.image_sets.sources.places import cache_folder, is_file, is_folder

if TYPE_CHECKING:
    import numpy as np

Arrays = tuple["np.ndarray", "np.ndarray", "np.ndarray", "np.ndarray"]
"""Training images, uint8 (n, height, width, channels), and labels; test images and labels."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class ArchiveSet:
    """An :class:`~harness.image_sets.ImageSet` of one published archive, which is read without unpacking it to disk.

    What is read is kept in the cache of decoded images: an archive takes seconds to check and to unpack.

    Attributes:
        name: see there, like `title` and `facts`.
        archive: name of the file.
        subfolder: name of the folder it may have inside a folder of image sets, and that it is downloaded into.
        mirrors: addresses that it is downloaded from, in order; each ends in a slash.
        sha256: SHA-256 of the file.
        parse: gives the arrays of an archive; raises DataError if it holds something else.
    """

    name: str
    title: str
    facts: SetFacts
    archive: str
    subfolder: str
    mirrors: tuple[str, ...]
    sha256: str
    parse: Callable[[Path], Arrays]

    @property
    def folder_holds(self) -> str:
        """What a folder that a study names has to hold."""
        return f"file {self.archive}"

    def locate(self, folder: Path | None = None) -> Location | None:
        """Look in ``folder``, its sub-folder, and the user's cache."""
        found = next((place for place in self._places(folder) if is_file(place / self.archive)), None)
        return Location(found, (found / self.archive,)) if found else None

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:
        """Return where the set is, after downloading it into the user's cache if it is nowhere."""
        if named:
            return self._in(named)
        found = self.locate(folder)
        if found:
            return found
        target = cache_folder(self.subfolder)
        try:
            download(self.archive, self.mirrors, target, self._check_download)
        except DataError as error:
            looked = ", ".join(str(place) for place in self._places(folder))
            raise DataError(
                f"{self.name}: {self.archive} is in none of {looked}, and {error}. Put it into a folder and name that "
                "in HARNESS_DATA_DIR or data.folder."
            ) from None
        return Location(target, (target / self.archive,))

    def _places(self, folder: Path | None) -> list[Path]:
        return [*((folder / self.subfolder, folder) if folder else ()), cache_folder(self.subfolder)]

    def _in(self, named: Path) -> Location:
        rule = f"data.folder must name the folder with {self.archive}"
        if not is_folder(named):
            raise DataError(f"{named}: {not_found(named)}. {rule}, absolute or relative to the working directory.")
        for place in (named / self.subfolder, named):
            if is_file(place / self.archive):
                return Location(place, (place / self.archive,))
        raise DataError(f"{named}: {self.archive} not found. {rule}.")

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:  # noqa: ARG002  it is known by heart
        """Return the image shape and the number of training images."""
        return self.facts.image_shape, self.facts.train_images

    def read(self, location: Location) -> RawImages:
        """Read the archive, which must be the original one; from the cache, if it was read before."""
        (file,) = location.files
        return open_or_make(
            lambda: self._stamp(file), lambda: self._key(file), lambda folder: self._unpack(file, folder)
        )

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check that the archive is the original one."""
        file, digest = folder / self.archive, ""
        try:
            digest = _hash(file)
            self._require(digest, file)
        except DataError as error:
            return [FileCheck(file, digest, str(error).removeprefix(f"{file}: "))]
        return [FileCheck(file, digest, None)]

    def _stamp(self, file: Path) -> str:
        try:
            return key_of(self.name, str(file.resolve()), stamp_of(file.stat()))
        except OSError as error:
            raise DataError(f"{file}: cannot be looked at: {error.strerror}.") from None

    def _key(self, file: Path) -> str:
        self._require(digest := _hash(file), file)
        return key_of(self.name, digest)

    def _require(self, digest: str, file: Path) -> None:
        if digest != self.sha256:
            raise DataError(
                f"{file}: is not the file of {self.title}: its SHA-256 must be {self.sha256}, got {digest}. Delete it "
                f"and run `harness data fetch {self.name}`."
            )

    def _check_download(self, file: Path) -> None:
        if _hash(file) != self.sha256:
            raise DataError(f"{file}: its contents are not the original ones, their SHA-256 differs")

    def _unpack(self, file: Path, folder: Path) -> dict[str, Any]:
        import numpy as np

        arrays, facts = self.parse(file), self.facts
        counts, shape = (len(arrays[1]), len(arrays[3])), arrays[0].shape[1:]
        if counts != (facts.train_images, facts.test_images) or shape != facts.image_shape:
            raise DataError(
                f"{file}: must hold {facts.train_images:,} + {facts.test_images:,} images of the shape "
                f"{facts.image_shape}, got {counts[0]:,} + {counts[1]:,} of {shape}."
            )
        for name, array in zip(("train_images", "train_labels", "test_images", "test_labels"), arrays, strict=True):
            np.save(folder / f"{name}.npy", array)
        return {
            "class_names": list(facts.class_names),
            "held_out": 0,
            "source": str(file.resolve()),
            "words": self.title,
        }


def _hash(file: Path) -> str:
    digest = sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}. Check its permissions.") from None
    return digest.hexdigest()
