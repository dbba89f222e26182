"""A folder of one's own with four IDX files, of which nothing is known before they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import DataError
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts
from harness.image_sets.sources.idx import read_shape
from harness.image_sets.sources.idx_files import HELD, locate_four, read_four, require_four, verify_four


@dataclass(frozen=True)
class FolderSet:
    """An :class:`~harness.image_sets.ImageSet` of whatever four IDX files a folder holds."""

    name: str = "folder"
    title: str = "folder"
    facts: SetFacts | None = None
    folder_holds: str = HELD

    def locate(self, folder: Path | None = None) -> Location | None:
        """Look in the folder alone."""
        return locate_four([folder] if folder else [])

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:
        """Return where the files are; there is nowhere else to get them from."""
        place = named or folder
        if place is None:
            raise DataError(f"{self.name}: a folder with {HELD} must be named, got none.")
        return require_four(place)

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:
        """Read the header of the training images."""
        count, height, width, channels = read_shape(location.files[0], "images")
        return (height, width, channels), count

    def read(self, location: Location) -> RawImages:
        """Read the four files, which must go together."""
        return read_four(location)

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check that the four files are well-formed and go together."""
        return verify_four(folder)


FOLDER = FolderSet()
