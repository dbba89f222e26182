"""Images of one's own, of which nothing is known before they are looked at: pictures, arrays, or four IDX files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.errors import DataError
from harness.image_sets.base import FileCheck, Location, RawImages, SetFacts
from harness.image_sets.own.images import HELD, peek_own, read_own, require_place, watched
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.verifying import verify_own
from harness.image_sets.sources.idx import read_shape
from harness.image_sets.sources.idx_files import find_four, locate_four, read_four, require_four, verify_four
from harness.image_sets.sources.places import exists, is_file


@dataclass(frozen=True)
class FolderSet:
    """An :class:`~harness.image_sets.ImageSet` of whatever images a folder, a zip or an ``.npz`` file holds.

    Attributes:
        reading: how they are read.
    """

    name: str = "folder"
    title: str = "folder"
    facts: SetFacts | None = None
    folder_holds: str = "images"
    reading: Reading = field(default_factory=Reading)

    def read_as(self, reading: Reading) -> FolderSet:
        """Return the set whose images are read in a way."""
        return replace(self, reading=reading)

    def locate(self, folder: Path | None = None) -> Location | None:
        """Look for IDX files in the folder; other images are found where a study names them."""
        return locate_four([folder] if folder else [])

    def fetch(self, folder: Path | None = None, named: Path | None = None) -> Location:
        """Return where the files are: where a study names them, or else there in the folder to look in first.

        Of pictures it names the folders, whose times change when a picture comes or goes.
        """
        place = named or folder
        if place is None:
            raise DataError(f"{self.name}: must be named: {HELD}; got nothing.")
        if named and folder and not exists(named) and exists(folder / named):
            place = folder / named
        require_place(place)
        if is_file(place) or not any(find_four(place)):
            return Location(place, watched(place))
        if self.reading != Reading():
            raise DataError(
                f"{place}: holds IDX files, which are read as they are. Remove image_size, resize, fit, channels, test "
                "and duplicates from [data]."
            )
        return require_four(place)

    def peek(self, location: Location) -> tuple[tuple[int, int, int], int]:
        """Look at names and the first header, or into the cache."""
        if not _is_idx(location):
            return peek_own(location.folder, self.reading)
        count, height, width, channels = read_shape(location.files[0], "images")
        return (height, width, channels), count

    def read(self, location: Location) -> RawImages:
        """Read the images: IDX files into memory; others from the cache, into which they are decoded once."""
        return read_four(location) if _is_idx(location) else read_own(location.folder, self.reading)

    def verify(self, folder: Path) -> list[FileCheck]:
        """Check four IDX files, which must go together; of other images each picture, or the file of arrays."""
        return verify_four(folder) if not is_file(folder) and any(find_four(folder)) else verify_own(folder)


def _is_idx(location: Location) -> bool:
    """Whether a location is that of four files: of anything else it begins with the place itself."""
    return location.files[0] != location.folder


FOLDER = FolderSet()
