"""What a training left, packed to travel with the last event of its trial: it arrives whole, or not at all."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path


def pack(folder: Path) -> bytes | None:
    """Return a folder as an archive, and remove it; None if there is none."""
    if not folder.is_dir():
        return None
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, arcname=".")
    shutil.rmtree(folder, ignore_errors=True)
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Put what was packed into a folder, in the place of what is there: plain files, and none outside the folder.

    Raises:
        OSError: if it cannot be written.
    """
    under_way = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(under_way, ignore_errors=True)
    under_way.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(under_way, filter="data")
    shutil.rmtree(folder, ignore_errors=True)
    under_way.rename(folder)
