"""Folders that are filled beside their place and then put there in one step; what killed processes left is removed.

A folder under way is called ``.NAME.harness-RANDOM`` and locked by its process. The operating system frees the lock,
however the process ends: one without a lock is a leftover.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

_NAME = re.compile(r"\..+\.harness-[0-9a-f]{12}", re.DOTALL)
_EARLIER = re.compile(r"\..+-[a-z0-9_]{8}", re.DOTALL)
"""Names that earlier versions gave such folders of reports; a user's own may be like it."""
_OF_REPORTS = re.compile(
    r"(trials|history)\.parquet|comparison\.(md|html|csv|tex)|report\.json|[A-Za-z0-9_.-]+\.(svg|png)"
)
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Make a folder beside a place, to be filled; it is removed in the end, with what is in it.

    Leftovers of processes that were killed beside the same place are removed first.

    Args:
        target: where the folder is meant to be; its parent must exist.

    Raises:
        OSError: if the folder cannot be made.
    """
    for left in leftovers(target.parent):
        shutil.rmtree(left, ignore_errors=True)
    folder, lock = _make(target)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _make(target: Path) -> tuple[Path, int]:
    """Make a folder and lock it; once more where another process took it for a leftover in between."""
    while True:
        folder = target.parent / f".{target.name[:150]}.harness-{secrets.token_hex(6)}"
        folder.mkdir()
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.is_dir():
                return folder, lock
            os.close(lock)


def leftovers(folder: Path) -> list[Path]:
    """Return the folders that killed processes left among the reports in a folder; those under way are none."""
    if not folder.is_dir():
        return []
    try:
        names = [path for path in sorted(folder.iterdir()) if path.name.startswith(".") and not path.is_symlink()]
    except OSError:
        return []
    found = [path for path in names if _NAME.fullmatch(path.name) and path.is_dir() and _is_free(path)]
    return found + [path for path in names if _EARLIER.fullmatch(path.name) and path.is_dir() and _is_report(path)]


def _is_free(folder: Path) -> bool:
    """Whether a folder of this user is locked by no process."""
    try:
        if folder.stat().st_uid != os.geteuid():
            return False
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _is_report(folder: Path) -> bool:
    """Whether there is something in a folder, and all of it is what a report is made of: only then is it none of the
    user's own.
    """
    try:
        files = [path for path in folder.rglob("*") if not path.is_dir()]
    except OSError:
        return False
    return bool(files) and all(not path.is_symlink() and _OF_REPORTS.fullmatch(path.name) for path in files)


def put_in_place(made: Path, target: Path, is_obsolete: Callable[[str], bool]) -> None:
    """Put a filled folder at its place in one step: whoever looks sees all of the old files or all of the new.

    Files of others that are there are kept, as they are. Where the file system cannot exchange two folders, or this
    process stands in the one that is to be replaced, files are moved one by one.

    Args:
        made: the filled folder; afterwards something that may be removed.
        target: its place; need not exist.
        is_obsolete: whether a file of the old folder is to go, by its path in it.

    Raises:
        OSError: if it cannot be done; then the old files are there.
    """
    if not target.exists():
        made.rename(target)
        return
    if not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
    if not _is_here(target):
        _carry_over(target, made, is_obsolete)
        shutil.copymode(target, made)
        if _exchange(made, target):
            return
    _move_files(made, target)
    for old in [path for path in target.rglob("*") if path.is_file() and is_obsolete(str(path.relative_to(target)))]:
        old.unlink()


def _is_here(folder: Path) -> bool:
    """Whether this process stands in a folder: a shell that started it would be left in one that is gone."""
    with contextlib.suppress(OSError):
        return Path.cwd().is_relative_to(folder.resolve())
    return True


def _carry_over(old: Path, new: Path, is_obsolete: Callable[[str], bool]) -> None:
    """Give a new folder what others put into the old one: links of files, so that nothing is copied."""
    for folder, folders, files in os.walk(old):
        place = new / Path(folder).relative_to(old)
        for name in [*files, *(name for name in folders if (Path(folder) / name).is_symlink())]:
            source, target = Path(folder) / name, place / name
            if os.path.lexists(target) or is_obsolete(str(source.relative_to(old))):
                continue
            if not place.is_dir():
                place.mkdir(parents=True)
                shutil.copymode(folder, place)
            if source.is_symlink():
                target.symlink_to(source.readlink())
                continue
            try:
                target.hardlink_to(source)
            except OSError:  # a file system without them, or a file of somebody else
                shutil.copy2(source, target, follow_symlinks=False)
        for name in folders:
            if not (Path(folder) / name).is_symlink():
                (place / name).mkdir(parents=True, exist_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether it could be done."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done: bool = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
    code = ctypes.get_errno()
    if not done and code in (errno.ENOSPC, errno.EIO, errno.EROFS):
        raise OSError(code, os.strerror(code))
    return done


def _move_files(made: Path, target: Path) -> None:
    """Move files one by one, tables first: the pages are made from them. Links are replaced, not followed."""
    files = sorted((path for path in made.rglob("*") if not path.is_dir()), key=lambda path: path.suffix != ".parquet")
    for file in files:
        place = target / file.relative_to(made)
        for parent in list(place.relative_to(target).parents)[-2::-1]:
            if (target / parent).is_symlink():
                (target / parent).unlink()
            (target / parent).mkdir(exist_ok=True)
        file.replace(place)
