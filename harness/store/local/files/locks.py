"""Who may write: a lock for each study, and one while the databases of a store are made."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.errors import RunError, UsageError
from harness.store.base import LOCK_TIMEOUT
from harness.store.local.files.folder import LOCKS, make_store
from harness.store.local.files.places import within

_STORE = ".store.lock"
_BUSY = (errno.EWOULDBLOCK, errno.EACCES)
"""What taking a lock raises if somebody else has it (POSIX allows either)."""


@contextlib.contextmanager
def lock_store(store: Path, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Hold the right to make or upgrade the store's databases, waiting for it: two at once would break them.

    Raises:
        RunError: if another process holds it for longer than the timeout, in seconds.
        UsageError: if the file system of the store has no locks.
    """
    with _open(store, _STORE) as file:
        end = time.monotonic() + timeout
        while not _take(file, store):
            if time.monotonic() > end:
                raise RunError(
                    f"{store}: process {_holder(file)} has been making its databases for {timeout:g} seconds. "
                    "Wait for it, or end it; then run again."
                )
            time.sleep(0.05)
        yield


@contextlib.contextmanager
def lock_study(store: Path, name: str) -> Iterator[None]:
    """Hold the right to run a study; the operating system frees it even if the process is killed.

    Raises:
        UsageError: if another process holds it, or the file system of the store has no locks.
    """
    with _open(store, f"{name}.lock") as file:
        if not _take(file, store):
            raise UsageError(
                f"study {name!r} is being run by process {_holder(file)} already. "
                "Wait for it, or run under another name with --name."
            )
        yield


def is_running(store: Path, name: str) -> bool:
    """Whether some process holds the right to run a study."""
    place = store / LOCKS / f"{name}.lock"
    try:
        file = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # no lock, or none that may be read
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _BUSY
    finally:
        os.close(file)
    return False


@contextlib.contextmanager
def _open(store: Path, name: str) -> Iterator[IO[str]]:
    """Open the file of a lock, making it if need be; a link in its place is refused."""
    make_store(store)
    folder = within(store, store / LOCKS)
    try:
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise UsageError(f"{folder / name}: must be a file, is a link. Remove it.") from None
    with os.fdopen(descriptor, "r+") as file:
        yield file


def _take(file: IO[str], store: Path) -> bool:
    """Take a lock, and say in its file who has it; whether it could be had."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise UsageError(
            f"{store}: its file system cannot lock files: {error.strerror}. Put the store on a local disk (--store)."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return True


def _holder(file: IO[str]) -> str:
    file.seek(0)
    text = file.read(20).strip()
    return text if text.isdecimal() else "unknown"
