"""Checking every file of an image set, and telling about each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data import packaged
from harness.data.idx import hash_contents, parse_idx, read_bytes, read_idx
from harness.data.idx_sets import IDX_FILES, IDX_SETS
from harness.data.raw import require_as_many
from harness.data.sources import idx_files, is_folder, locate, named_folder, require_digest
from harness.errors import DataError, UsageError, did_you_mean, show_value
from harness.study import IMAGE_SETS


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


def verify(name_or_folder: str, folder: Path | None = None) -> list[FileCheck]:
    """Check an image set, file by file.

    The files of a built-in set must be the original ones; those of a folder must be well-formed and go together.

    Args:
        name_or_folder: a key of :data:`harness.study.IMAGE_SETS`, or a folder with four IDX files.
        folder: where to look first for a set that is given by name.

    Raises:
        UsageError: if it is neither.
        DataError: if the set is not on this machine.
    """
    if name_or_folder not in IMAGE_SETS:
        place = named_folder(name_or_folder)
        if not is_folder(place):
            raise UsageError(
                f"{show_value(name_or_folder)} is neither an image set ({', '.join(IMAGE_SETS)}) nor a folder."
                f"{did_you_mean(name_or_folder, IMAGE_SETS)}"
            )
        return _verify_idx(None, place, idx_files(place))
    found = locate(name_or_folder, folder)
    if found is None:
        raise DataError(f"{name_or_folder}: is not on this machine. Run `harness data fetch {name_or_folder}`.")
    if name_or_folder in IDX_SETS:
        return _verify_idx(name_or_folder, found.folder, found.files)
    return [_verify_packaged(name_or_folder, found.files[0])]


def _verify_idx(name: str | None, folder: Path, files: tuple[Path | None, ...]) -> list[FileCheck]:
    rows: list[FileCheck] = []
    arrays: list[np.ndarray | None] = []
    for index, (file, path) in enumerate(zip(IDX_FILES, files, strict=True)):
        array, digest, problem = None, "", None
        try:
            if path is None:
                raise DataError("is missing. Put it there, plain or with .gz")
            try:
                contents = read_idx(path, file.kind)
            except DataError:  # told beside the digest of what is there instead
                digest = hash_contents(path)
                raise
            digest = hashlib.sha256(contents).hexdigest()
            array = parse_idx(contents, path, file.kind)
            if name:
                require_digest(contents, path, name, IDX_SETS[name].sha256[index])
            images, images_path = (arrays[-1], files[index - 1]) if file.kind == "labels" else (None, None)
            if images is not None and images_path:
                require_as_many(array, images, path, images_path)
        except DataError as error:
            problem = str(error).removeprefix(f"{path}: ")
        rows.append(FileCheck(path or folder / file.name, digest, problem))
        arrays.append(array)
    return rows


def _verify_packaged(name: str, path: Path) -> FileCheck:
    digest = ""
    try:
        if name == "digits":
            contents = packaged.load_digits()[2]
            digest = hashlib.sha256(contents).hexdigest()
            packaged.require_digits(contents, path)
        else:
            contents = read_bytes(path)
            digest = hashlib.sha256(contents).hexdigest()
            require_digest(contents, path, name, packaged.MNIST_5K_SHA256)
    except DataError as error:
        return FileCheck(path, digest, str(error).removeprefix(f"{path}: "))
    return FileCheck(path, digest, None)
