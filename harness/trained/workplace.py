"""The folder that an export is made in, beside its place: what is half made is never at the place itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_NAME, _LOCK = ".harness-export-", "lock"
"""How the name of the folder begins that an export is made in, and the lock in it while it is."""


@contextlib.contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """Make a folder beside what is to be written, gone at the end; clear away those that killed exports left.

    Each export holds a lock in its folder. The operating system frees it, however the process ends.
    """
    for left in parent.glob(f"{_NAME}*"):
        if not left.is_symlink() and _is_left(left / _LOCK):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=_NAME) as name:
        folder = Path(name)
        with (folder / _LOCK).open("x") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder


def _is_left(lock: Path) -> bool:
    """Whether a lock is there that no process holds."""
    try:
        with open(lock, opener=_open_no_link) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
