"""Downloading files once, from the first mirror that has them intact."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import DataError

_TIMEOUT_SECONDS = 20
_CHUNK_BYTES = 1 << 16
_ABANDONED_SECONDS = 3600


def download(name: str, mirrors: Sequence[str], target: Path, check: Callable[[Path], object]) -> None:
    """Put a file into a folder, whole and checked, or not at all.

    It is written under a temporary name and renamed, so that a reader, or a second download at the same time, never
    meets half a file.

    Args:
        name: the file's name.
        mirrors: addresses ending in a slash, tried in order.
        target: the folder; made if need be.
        check: called with the downloaded file before it gets its place; raises DataError to refuse it.

    Raises:
        DataError: if no mirror gave the file; one line that names every address and what went wrong there.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        with tempfile.TemporaryDirectory(dir=target, prefix=".download-") as folder:
            part = Path(folder) / name
            problems = []
            for mirror in mirrors:
                problem = _try_mirror(mirror + name, part, check)
                if problem is None:
                    part.replace(target / name)
                    return
                problems.append(f"{mirror}{name} ({problem})")
    except OSError as error:
        raise DataError(
            f"{target}: cannot be written: {error.strerror or error}. Free some space or change its permissions."
        ) from None
    raise DataError(f"{name} could not be downloaded: tried {', '.join(problems)}")


def _sweep(target: Path) -> None:
    """Remove what a download left whose process was killed; one that goes on has written something lately."""
    for folder in target.glob(".download-*"):
        with contextlib.suppress(FileNotFoundError):  # another download has just ended
            written = [path.stat().st_mtime for path in (folder, *folder.iterdir())]
            if time.time() - max(written) > _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _try_mirror(url: str, part: Path, check: Callable[[Path], object]) -> str | None:
    """Download and check one file; return what went wrong, if anything."""
    import pooch
    import requests

    fetch = pooch.HTTPDownloader(chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT_SECONDS)
    try:
        fetch(url, str(part), None)
        check(part)
    except requests.HTTPError as error:
        return f"HTTP status {error.response.status_code}" if error.response is not None else "HTTP error"
    except requests.Timeout:
        return f"no answer in {_TIMEOUT_SECONDS} seconds"
    except requests.ConnectionError:
        return "no connection"
    except requests.RequestException as error:
        return type(error).__name__
    except DataError as error:
        return str(error).removeprefix(f"{part}: ").rstrip(".")
    return None
