"""Decoded images in the user's cache folder, as arrays that all processes of this machine map from the same pages.

A set is kept under the digest of its files' contents and of how they are read. A second name, the digest of what the
system says of the files (sizes, times), leads there without reading them. A set is made by one process, while others
wait for it, beside its place, and put there whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError
from harness.image_sets.base import RawImages
from harness.image_sets.sources.places import cache_folder
from harness.staging import staged

if TYPE_CHECKING:
    import numpy as np

FORMAT = 1
"""Of what is kept, and of how pictures are decoded: a set of another is made anew."""

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
_FACTS = "facts.json"
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Kept:
    """A set in the cache.

    Attributes:
        folder: where it is.
        source: the folder or file that it was made of.
        words: what that held.
        images: how many there are.
        bytes: of all its files.
    """

    folder: Path
    source: str
    words: str
    images: int
    bytes: int


def decoded_folder() -> Path:
    """Return the folder of all decoded sets."""
    return cache_folder("decoded")


def key_of(*parts: object) -> str:
    """Return a name for plain values, with the format of the cache: 32 hex digits."""
    return sha256(json.dumps([FORMAT, *parts], sort_keys=True).encode()).hexdigest()[:32]


def stamp_of(about: os.stat_result) -> tuple[int, ...]:
    """Return what tells a changed file from the one that was there, short of reading it."""
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


def open_or_make(stamp: Callable[[], str], key: Callable[[], str], make: Callable[[Path], dict[str, Any]]) -> RawImages:
    """Return a set from the cache, after making it if it is not there.

    Args:
        stamp: gives the name by what the system says of the files.
        key: gives the name by their contents, which are read for it.
        make: fills a folder with :data:`ARRAYS` and returns the facts beside them: ``class_names``, ``held_out``,
            ``source``, ``words``.

    Raises:
        DataError: what these two raise, and if the cache cannot be written.
    """
    before = stamp()
    found = open_kept(before)
    if found is not None:
        return found
    folder, name = decoded_folder(), key()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{name}.lock"):
            raw = _open(folder / name)
            if raw is None:
                shutil.rmtree(folder / name, ignore_errors=True)
                with staged(folder / name) as made:
                    facts = make(made)
                    if stamp() != before:
                        source = facts["source"]
                        raise DataError(
                            f"{source}: has changed while it was read. Run again when nothing writes there."
                        )
                    _finish(made, facts)
                    made.rename(folder / name)
                raw = _open(folder / name)
        _point(folder / f"{before}.stamp", name)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written, where decoded images are kept: {error.strerror or error}. Free some space, "
            "change its permissions, or name another folder in XDG_CACHE_HOME."
        ) from None
    if raw is None:
        raise DataError(f"{folder / name}: cannot be read back after it was written. Is the disk damaged?")
    return raw


def open_kept(stamp: str) -> RawImages | None:
    """Return the set of files that have not changed since it was made, None if there is none."""
    folder = decoded_folder()
    try:
        name = (folder / f"{stamp}.stamp").read_text()
    except (OSError, ValueError):
        return None
    return _open(folder / name) if _KEY.fullmatch(name) else None


def _open(folder: Path) -> RawImages | None:
    """Map the arrays of a set; None if there are none, or others than its facts say."""
    import numpy as np

    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        arrays = [
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray) for name in ARRAYS
        ]
        if [list(array.shape) for array in arrays] != facts["shapes"]:
            return None
        train_images, train_labels, test_images, test_labels = arrays
        names, digest, held_out = tuple(facts["class_names"]), facts["digest"], facts["held_out"]
        return RawImages(train_images, train_labels, test_images, test_labels, names, digest, held_out)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _finish(made: Path, facts: dict[str, Any]) -> None:
    """Write the facts of a set whose arrays are there, everything as far as the disk."""
    import numpy as np

    arrays = [np.load(made / f"{name}.npy", mmap_mode="r") for name in ARRAYS]
    shapes = [list(array.shape) for array in arrays]
    digest = digest_of(arrays, facts["class_names"])
    (made / _FACTS).write_text(json.dumps({**facts, "shapes": shapes, "digest": digest}), encoding="utf-8")
    for file in made.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def digest_of(arrays: list[np.ndarray], class_names: list[str]) -> str:
    """Return the first 16 hex digits of the SHA-256 of images and labels as they are trained on."""
    digest = sha256(json.dumps([[list(array.shape) for array in arrays], list(class_names)]).encode())
    for array in arrays:
        for start in range(0, len(array), 4096):
            digest.update(array[start : start + 4096].tobytes())
    return digest.hexdigest()[:16]


def _point(file: Path, name: str) -> None:
    """Write where a stamp leads to, in one step."""
    part = file.with_name(f".{file.name}-{os.getpid()}")
    part.write_text(name)
    part.replace(file)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock that the system frees, however the process ends."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def kept_sets() -> list[Kept]:
    """Return all decoded sets of this user, the largest first."""
    found = []
    folder = decoded_folder()
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not _KEY.fullmatch(place.name) or not place.is_dir():
            continue
        try:
            facts = json.loads((place / _FACTS).read_text(encoding="utf-8"))
            size = sum(file.stat().st_size for file in place.iterdir())
            images = facts["shapes"][0][0] + facts["shapes"][2][0]
            found.append(Kept(place, str(facts["source"]), str(facts["words"]), images, size))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue
    return sorted(found, key=lambda kept: -kept.bytes)


def clear() -> int:
    """Remove all decoded sets; return how many bytes they had. Processes that have one open keep it.

    Raises:
        DataError: if something cannot be removed.
    """
    folder = decoded_folder()
    if not folder.is_dir():
        return 0
    total = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    try:
        for place in sorted(folder.iterdir()):
            if place.suffix == ".stamp":
                place.unlink(missing_ok=True)
            elif _KEY.fullmatch(place.name):
                with _locked(folder / f"{place.name}.lock"):
                    shutil.rmtree(place)
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be removed: {error.strerror}.") from None
    return total
