"""Whether a file is the one that its image set was published as."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from harness.errors import DataError


def require_original(
    contents: bytes, path: Path, expected: str, name: str, title: str, of: str = "of its decompressed contents "
) -> None:
    """Check the SHA-256 of a file's decompressed contents.

    Args:
        contents: the contents.
        path: the file, for the message, like what follows.
        expected: the SHA-256 of the original.
        name: of the image set in study files.
        title: of the image set.
        of: what the SHA-256 is of, for the message.

    Raises:
        DataError: if it is another one.
    """
    got = sha256(contents).hexdigest()
    if got != expected:
        raise DataError(
            f"{path}: is not the file of {title}: the SHA-256 {of}must be {expected}, "
            f"got {got}. Delete it and run `harness data fetch {name}`."
        )
