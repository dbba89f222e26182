"""A published set of four IDX files: the places it may be in, its mirrors, and its digests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from harness.errors import DataError
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts
from harness.image_sets.sources.download import download
from harness.image_sets.sources.idx import parse_idx, read_idx
from harness.image_sets.sources.idx_files import (
    HELD,
    IDX_FILES,
    IdxFile,
    find_four,
    locate_four,
    read_four,
    require_four,
    verify_four,
)
from harness.image_sets.sources.originals import require_original
from harness.image_sets.sources.places import cache_folder


@dataclass(frozen=True)
class IdxSet:
    """An :class:`~harness.image_sets.ImageSet` of four published IDX files.

    Attributes:
        name: see there, like `title`, `facts` and `folder_holds`.
        subfolders: names of the folder it may have inside a folder of image sets.
        system_folder: where a package of the operating system puts it, if there is one.
        mirrors: addresses that the ``.gz`` files are downloaded from, in order; each ends in a slash.
        sha256: SHA-256 of each decompressed file, in the order of :data:`IDX_FILES`.
        compressed: whether these are of the ``.gz`` files themselves, where no others were published.
    """

    name: str
    title: str
    facts: SetFacts
    subfolders: tuple[str, ...]
    system_folder: Path | None
    mirrors: tuple[str, ...]
    sha256: tuple[str, str, str, str]
    compressed: bool = False
    folder_holds: str = HELD

    def locate(self, folder: Path | None = None) -> Location | None:
        """Look in ``folder`` or a sub-folder such as ``mnist``, the user's cache, the operating system's folder."""
        return locate_four(self._candidates(folder))

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:
        """Return where the set is, after downloading into the user's cache what is lacking there."""
        if named:
            return require_four(named, self.subfolders)
        found = self.locate(folder)
        if found:
            return found
        target = cache_folder(self.name)
        try:
            for file, there in zip(IDX_FILES, find_four(target), strict=True):
                if there is None:
                    download(f"{file.name}.gz", self.mirrors, target, partial(self._check_download, file))
        except DataError as error:
            looked = ", ".join(str(candidate) for candidate in self._candidates(folder))
            raise DataError(
                f"{self.name}: the {HELD} are in none of {looked}, and {error}. "
                "Put them into a folder and name it in HARNESS_DATA_DIR or data.folder."
            ) from None
        return Location(target, tuple(file for file in find_four(target) if file))

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:  # noqa: ARG002  it is known by heart
        """Return the image shape and the number of training images."""
        return self.facts.image_shape, self.facts.train_images

    def read(self, location: Location) -> RawImages:
        """Read the four files, which must be the original ones."""
        return read_four(location, self._require, self.facts)

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check the four files, which must be the original ones."""
        return verify_four(folder, self._require)

    def _candidates(self, folder: Path | None) -> list[Path]:
        """Return the folders to look in; sub-folders first: a folder of several sets may hold one of them directly."""
        first = [*(folder / name for name in self.subfolders), folder] if folder else []
        return [*first, cache_folder(self.name), *([self.system_folder] if self.system_folder else [])]

    def _digest(self, file: IdxFile) -> str:
        return self.sha256[IDX_FILES.index(file)]

    def _require(self, file: IdxFile, contents: bytes, path: Path) -> None:
        if not self.compressed:
            require_original(contents, path, self._digest(file), self.name, self.title)
        elif path.suffix == ".gz":
            require_original(path.read_bytes(), path, self._digest(file), self.name, self.title, "of the file ")
        else:
            raise DataError(
                f"{path}: must be the .gz file that was published, got it unpacked. Put that there instead."
            )

    def _check_download(self, file: IdxFile, path: Path) -> None:
        """Check a download; `require_original` would tell to delete a file that is not kept."""
        contents = read_idx(path, file.kind)
        parse_idx(contents, path, file.kind)
        if sha256(path.read_bytes() if self.compressed else contents).hexdigest() != self._digest(file):
            raise DataError(f"{path}: its contents are not the original ones, their SHA-256 differs")
